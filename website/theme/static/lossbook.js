// What the page gains from a script: colours to choose, code, formulae and links to copy, the
// section that is being read, a key for the search, and a way to scroll without a mouse.
"use strict";

const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// ---------- Colours ----------

const theme = document.querySelector(".theme");
const show = () => theme.setAttribute("aria-pressed", root.dataset.theme === "dark");
theme.addEventListener("click", () => {
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});
new MutationObserver(show).observe(root, { attributeFilter: ["data-theme"] });
show();

// ---------- Copying ----------

const note = Object.assign(document.createElement("div"), { className: "note", role: "status" });
document.body.append(note);
let waiting;
async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    note.textContent = said;
  } catch {
    note.textContent = "The browser does not allow copying here";
  }
  clearTimeout(waiting);
  waiting = setTimeout(() => { note.textContent = ""; }, 2000);
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
function mark() {
  if (!sections?.checkVisibility()) return;
  const here = headings.findLast(section => section.getBoundingClientRect().top < 120);
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

// ---------- Keys ----------

addEventListener("keydown", event => {
  if (!(event.key === "k" && (event.ctrlKey || event.metaKey))) return;
  event.preventDefault();
  const contents = document.getElementById("contents");
  if (!contents.checkVisibility()) contents.showPopover();
  contents.querySelector("input").focus();
});

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
