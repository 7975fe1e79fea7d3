// What a walk through the pages asks of each; laid into every page before its own scripts.
"use strict";

window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => { window.shifted += each.value; }))
  .observe({ type: "layout-shift", buffered: true });

const named = (element) => {
  const own = element.id ? `#${element.id}` : [...element.classList].map((each) => `.${each}`).join("");
  return `${element.localName}${own} “${element.textContent.trim().slice(0, 40)}”`;
};
const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const isUnseen = (element) => element.closest(".unseen, .skip, .nowhere, option, [hidden], title, defs") !== null;
const above = function* (element) {
  for (let each = element.parentElement; each; each = each.parentElement) yield each;
};
const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
const isEllipsis = (style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";

// How far the page is too wide.
window.tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

// Words that stand outside of the window, or are cut without a mark that says so.
window.lost = () => {
  const found = [], width = document.documentElement.clientWidth;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || isUnseen(element) || element.closest("template, script, style, noscript") || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    const holders = [element, ...above(element)];
    if (holders.some(scrolls)) continue;
    const cut = holders.find((each) => ["hidden", "clip"].includes(getComputedStyle(each).overflowX)
      && (box.right > each.getBoundingClientRect().right + 1 || box.bottom > each.getBoundingClientRect().bottom + 1));
    if (cut && !isEllipsis(getComputedStyle(cut))) found.push(`cut: ${named(element)}`);
    if (!cut && (box.right > width + 1 || box.left < -1)) found.push(`outside: ${named(element)}`);
  }
  return found;
};

// What has the keyboard's focus, but does not show it.
const ring = (element) => {
  const style = getComputedStyle(element), wide = parseFloat(style.outlineWidth), far = parseFloat(style.outlineOffset);
  if (style.outlineStyle === "none" || !wide) return "no ring";
  const box = element.getBoundingClientRect(), out = Math.max(0, wide + far);
  if (!box.width || !box.height) return "no size";
  for (const each of above(element)) {
    const cuts = getComputedStyle(each), edge = each.getBoundingClientRect();
    if (cuts.overflowX === "visible" || scrolls(each)) continue;
    const lost = [edge.left - (box.left - out), edge.top - (box.top - out), box.right + out - edge.right, box.bottom + out - edge.bottom];
    if (lost.filter((by) => by > wide - 0.5).length > 2) return "ring is cut";
  }
  return "";
};
window.ringOf = () => ring(document.activeElement);
window.unfocused = () => {
  const found = [];
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  for (const each of document.querySelectorAll(all)) {
    if (!isShown(each) || each.disabled) continue;
    each.focus({ preventScroll: true });
    if (document.activeElement !== each) continue;
    if (!each.matches(":focus-visible")) found.push(`not visible: ${named(each)}`);
    const said = ring(each);
    if (said) found.push(`${said}: ${named(each)}`);
  }
  document.activeElement?.blur();
  return found;
};

window.axed = async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)} ${each.nodes[0].failureSummary.slice(0, 160)}`);
};
