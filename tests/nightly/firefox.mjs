// The site in Firefox, driven by puppeteer-core over WebDriver BiDi, which every Firefox speaks.
// test_firefox.py runs this and says why; HOST serves the site, FIREFOX is the browser.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

const { HOST, FIREFOX, PACKAGES } = process.env;
const { default: puppeteer } = createRequire(`${PACKAGES}/`)("puppeteer-core");
const CORE = ["mse-gradient", "cross-entropy-gradient", "mse-as-nll"].map(name => `book/${name}`);
const DESK = { width: 1400, height: 900 };
const PHONE = { width: 390, height: 844 };

let firefox;
before(async () => {
  firefox = await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX });
});
after(() => firefox?.close());

/** Open a page as a new reader, run the check, and assert that nothing went wrong meanwhile. */
async function visit(path, check, viewport = DESK) {
  const context = await firefox.createBrowserContext();
  const page = await context.newPage();
  const wrong = [];
  page.on("console", message => {
    if (["error", "warn"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", error => {
    // Firefox says this of a formula of which only a part has arrived; the validator has seen all.
    if (!error.message.startsWith("Invalid markup: Incorrect number of children"))
      wrong.push(`script error: ${error.message}`);
  });
  page.on("requestfailed", request => {
    const reason = request.failure()?.errorText;  // a page that is left breaks off what it loads
    if (reason !== "NS_BINDING_ABORTED") wrong.push(`${reason}: ${request.url()}`);
  });
  page.on("response", answer => {
    if (answer.status() >= 400) wrong.push(`${answer.status()}: ${answer.url()}`);
  });
  page.on("request", request => {
    if (!request.url().startsWith(HOST) && !request.url().startsWith("data:"))
      wrong.push(`foreign host: ${request.url()}`);
  });
  try {
    await page.setViewport(viewport);
    await page.goto(`${HOST}${path}`, { waitUntil: "load" });
    await check(page);
  } finally {
    await context.close();
  }
  assert.deepEqual(wrong, []);
}

const visible = (page, selector) =>
  page.$eval(selector, node => node.checkVisibility({ visibilityProperty: true }));
const theme = page => page.$eval("html", root => root.dataset.theme);

/** Return what the reader would paste. */
async function pasted(page) {
  await page.evaluate(() => document.body.appendChild(document.createElement("textarea")).focus());
  await page.keyboard.down("Control");
  await page.keyboard.press("v");
  await page.keyboard.up("Control");
  return page.$eval("textarea", area => {
    area.remove();
    return area.value;
  });
}

/** Wait until the page has stopped moving. */
const settled = page =>
  page.evaluate(async () => {
    for (let still = 0, last; still < 5; still = scrollY === last ? still + 1 : 0) {
      last = scrollY;
      await new Promise(done => setTimeout(done, 100));
    }
  });

for (const path of ["book/index", ...CORE]) {
  test(`${path} is drawn without an error`, () =>
    visit(`${path}.html`, async page => {
      assert.ok(await visible(page, "article h1"));
      assert.ok(await page.evaluate(() => [...document.fonts].some(font => font.status === "loaded")));
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));  // for the figures
      await settled(page);
      const blank = await page.$$eval("article img", async images => {
        for (const image of images) image.loading = "eager";
        await Promise.allSettled(images.map(image => image.decode()));
        return images.filter(image => !image.naturalWidth).map(image => image.src);
      });
      assert.deepEqual(blank, []);
    }));
}

test("the search finds a chapter", () =>
  visit("search.html?q=softmax", async page => {
    await page.waitForSelector("#search-results li a");
    const hits = await page.$$eval("#search-results li a", links => links.map(link => link.href));
    assert.ok(hits.some(hit => hit.includes("cross-entropy-gradient")));
  }));

test("on a phone the menus open and close", () =>
  visit(`${CORE[0]}.html`, async page => {
    for (const menu of ["contents", "sections"]) {
      assert.equal(await visible(page, `#${menu}`), false);
      await page.click(`button[popovertarget=${menu}]`);
      assert.equal(await visible(page, `#${menu}`), true);
      await page.keyboard.press("Escape");
      assert.equal(await visible(page, `#${menu}`), false);
    }
    await page.click("button[popovertarget=sections]");
    await page.click("#sections a[href='#the-referees']");
    await settled(page);
    assert.equal(await visible(page, "#sections"), false);
    assert.ok(page.url().endsWith("#the-referees"));
  }, PHONE));

test("the theme that is chosen is kept", () =>
  visit(`${CORE[0]}.html`, async page => {
    const [first, then] = await theme(page) === "dark" ? ["dark", "light"] : ["light", "dark"];
    const ground = () => page.$eval("body", body => getComputedStyle(body).backgroundColor);
    const before = await ground();
    await page.click("button.theme");
    assert.equal(await theme(page), then);
    assert.notEqual(await ground(), before);
    await page.reload();
    assert.equal(await theme(page), then);
    await page.goto(`${HOST}book/index.html`);
    assert.equal(await theme(page), then);
    assert.equal(await page.$eval("button.theme", node => node.ariaPressed), String(then === "dark"));
    await page.click("button.theme");
    assert.equal(await theme(page), first);
  }));

test("code, LaTeX and links are copied", () =>
  visit(`${CORE[0]}.html`, async page => {
    const cell = await page.$("div.cell_input");
    await cell.hover();
    await (await cell.$("button.copy")).click();
    const code = await cell.$eval("pre", pre => pre.textContent.trim());
    assert.equal((await pasted(page)).trim(), code);
    await page.hover("#equation-eq-mse-gradient");
    await page.click("#equation-eq-mse-gradient button.tex");
    assert.match(await pasted(page), /^\\frac\{\\partial L\}/);
    await page.hover("#thm-mse-gradient");
    await page.click("#thm-mse-gradient a.headerlink");
    assert.equal(await pasted(page), `${HOST}${CORE[0]}.html#thm-mse-gradient`);
  }));

for (const [what, place] of [
  ["a section", "the-referees"],
  ["a theorem", "thm-mse-gradient"],
  ["an equation", "equation-eq-mse-gradient"],
  ["an exercise", "ex-mse-weights"],
  ["a solution", "sol-mse-weights"],
]) {
  test(`a link leads to ${what}`, async () => {
    for (const viewport of [DESK, PHONE])
      for (const start of ["book/index.html", `${CORE[0]}.html`])
        await visit(start, async page => {
          await page.goto(`${HOST}${CORE[0]}.html#${place}`);
          await settled(page);
          const seen = await page.$eval(`[id="${place}"]`, node => {
            const { left, top, width } = node.getBoundingClientRect();
            const under = document.elementFromPoint(left + width / 2, Math.max(top, 0) + 8);
            const text = node.querySelector("p, .katex-display") ?? node;
            return {
              inUpperHalf: top > -1 && top < innerHeight / 2,
              uncovered: node.contains(under),
              readable: text.checkVisibility(),
            };
          });
          const from = `from ${start} at ${viewport.width} px`;
          assert.deepEqual(seen, { inUpperHalf: true, uncovered: true, readable: true }, from);
        }, viewport);
  });
}

test("an explorable answers to keys and mouse", () =>
  visit(`${CORE[0]}.html`, async page => {
    const loss = () => page.$eval("lossbook-squares", element => element.numbers.L);
    const handle = await page.waitForSelector("lossbook-squares >>> g[role=slider]");
    const start = await loss();
    await handle.evaluate(node => node.focus());
    await page.keyboard.press("ArrowUp");
    const moved = await loss();
    assert.notEqual(moved, start);
    await handle.scrollIntoView();
    const { x, y, width, height } = await handle.boundingBox();
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2 + 40, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await loss(), moved);
    assert.ok(Math.abs((await handle.boundingBox()).y - y - 40) <= 1.5);
  }));
