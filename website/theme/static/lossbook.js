// What the page gains from a script: colours to choose, code, formulae and links to copy, the
// section that is being read, the reader's place when the page is loaded again, a key for the
// search, and a way to scroll without a mouse.
"use strict";

const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// ---------- Colours ----------

const theme = document.querySelector(".theme");
const press = () => theme.setAttribute("aria-pressed", root.dataset.theme === "dark");
theme.addEventListener("click", () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* for this page, then */ }
});
new MutationObserver(press).observe(root, { attributeFilter: ["data-theme"] });
press();

// ---------- Copying ----------

const note = Object.assign(document.createElement("div"), { className: "note", role: "status" });
document.body.append(note);
let fading;
async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    note.textContent = said;
  } catch {
    note.textContent = "The browser does not allow copying here";
  }
  clearTimeout(fading);
  fading = setTimeout(() => { note.textContent = ""; }, 2000);
}

document.addEventListener("click", ({ target }) => {
  if (target.matches("button.copy"))
    copy(target.parentElement.querySelector("pre").textContent.trimEnd() + "\n", "Code copied");
  if (target.matches("button.tex"))
    copy(target.closest(".math").querySelector("annotation").textContent.trim(), "LaTeX copied");
  const link = target.closest("article a.headerlink");
  if (link) copy(link.href, "Link copied");
});

// ---------- The section that is being read ----------

const entries = new Map(all("#sections a").map(link => [decodeURIComponent(link.hash.slice(1)), link]));
const headings = all("article section[id]").filter(section => entries.has(section.id));
const sections = document.getElementById("sections");
const topOf = node => node.getBoundingClientRect().top;
const target = () => {
  try { return document.getElementById(decodeURIComponent(location.hash.slice(1))); }
  catch { return null; }  // a % that encodes nothing
};
function mark() {
  if (!sections?.checkVisibility()) return;
  // The section that a click has led to, if it is at the top still, or too near the end to get there.
  const aimed = target();
  const near = root.scrollHeight - innerHeight - scrollY < 2 ? innerHeight : 120;
  const led = entries.has(aimed?.id) && topOf(aimed) > -2 && topOf(aimed) < near;
  const here = led ? aimed : headings.findLast(section => topOf(section) < 120);
  for (const [id, link] of entries)
    id === here?.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
}
let asked = false;
addEventListener("scroll", () => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; mark(); });
}, { passive: true });
requestAnimationFrame(() => setTimeout(mark));  // when the page has its shape, so that none is asked for
sections?.addEventListener("toggle", mark);
sections?.addEventListener("click", event => {
  if (event.target.closest("a") && sections.matches(":popover-open")) sections.hidePopover();
});

// ---------- The reader's place ----------

// What has not been on the screen has a height that is guessed, so that a number of pixels leads
// elsewhere when the page is loaded again. What leads back is an element and where it was.
history.scrollRestoration = "manual";
const late = all("article > section > section");
let saving;
function save() {
  const middle = node => topOf(node) < innerHeight / 2;
  const section = late.findLast(middle);  // laid out, since it is on the screen
  const near = section && all("[id]:not(details *)", section).findLast(middle)
    || section || document.getElementById("main");
  history.replaceState({ ...history.state, place: [near.id, topOf(near)] }, "");
}
// Scrolls until it holds: each time, what comes near the screen may get another height.
async function restore(node, offset) {
  for (let still = 0, frame = 0; node && still < 3 && frame < 30; frame++) {
    const before = topOf(node);
    if (offset === undefined) node.scrollIntoView();
    else scrollBy({ top: before - offset, behavior: "instant" });
    still = Math.abs(topOf(node) - before) < 1 ? still + 1 : 0;
    await new Promise(requestAnimationFrame);
  }
}
const restoreFrom = ([id, offset]) => restore(document.getElementById(id), offset);
addEventListener("scroll", () => { clearTimeout(saving); saving = setTimeout(save, 100); }, { passive: true });
addEventListener("popstate", ({ state }) => { if (state?.place) restoreFrom(state.place); });
if (place) restoreFrom(place).then(() => draw(true));
else {
  restore(target());
  requestAnimationFrame(() => setTimeout(save));
}

// A link to a solution opens it.
const unfold = () => { if (target()?.matches("details")) target().open = true; };
addEventListener("hashchange", unfold);
unfold();

// ---------- Keys ----------

addEventListener("keydown", event => {
  if (!(event.key === "k" && (event.ctrlKey || event.metaKey))) return;
  event.preventDefault();
  const contents = document.getElementById("contents");
  if (!contents.checkVisibility()) contents.showPopover();
  contents.querySelector("input").focus();
});

// The number of an equation, its mark and its button are one stop; the arrows lead from one to the
// next.
for (const bar of all(".eqno")) {
  bar.setAttribute("role", "toolbar");
  bar.ariaLabel = `Equation ${bar.lastElementChild.textContent}`;
  for (const node of bar.children) node.tabIndex = node.nextElementSibling ? -1 : 0;
  bar.addEventListener("keydown", ({ key, target: from }) => {
    const to = { ArrowLeft: from.previousElementSibling, ArrowRight: from.nextElementSibling }[key];
    if (!to) return;
    [from.tabIndex, to.tabIndex] = [-1, 0];
    to.focus();
  });
}

// What is wider than its room can be scrolled by the keyboard, and says what it is.
const names = { PRE: "Code", DIV: "Equation" };
const watch = new ResizeObserver(seen => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth + 1) {
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      target.ariaLabel = target.querySelector("table") ? "Table" : names[target.tagName];
    } else for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
  }
});
for (const box of all("article :is(div.math, pre, .scroll)")) watch.observe(box);
