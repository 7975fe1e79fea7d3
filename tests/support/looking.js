// What a walk through the pages asks of each; laid into every page before its own scripts.
"use strict";

(() => {
const looking = window.looking = {};

looking.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => { looking.shifted += each.value; }))
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
const styles = new Map();
const styled = (element) => styles.get(element) ?? styles.set(element, getComputedStyle(element)).get(element);
const scrolls = (element) => ["auto", "scroll"].includes(styled(element).overflowX);
const isEllipsis = (style) => style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";

// How far the page is too wide.
looking.tooWide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

// Words that stand outside of the window, or are cut without a mark that says so.
looking.lost = () => {
  const found = [], width = document.documentElement.clientWidth;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || isUnseen(element) || element.closest("template, script, style, noscript") || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const holders = [element, ...above(element)];
    if (holders.some(scrolls)) continue;
    const cut = holders.find((each) => ["hidden", "clip"].includes(styled(each).overflowX)
      && (box.right > each.getBoundingClientRect().right + 1 || box.bottom > each.getBoundingClientRect().bottom + 1));
    if (cut && !isEllipsis(styled(cut))) found.push(`cut: ${named(element)}`);
    if (cut && cut.getBoundingClientRect().width < 2 * parseFloat(styled(cut).fontSize)) found.push(`squeezed: ${named(element)}`);
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
looking.ringOf = () => ring(document.activeElement);
looking.unfocused = () => {
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

// One to three of each that look alike and stand on the same: what axe says of the colours of one, it
// would say of all, and of thousands it takes a quarter of a minute. What may differ otherwise stands alone.
const ALONE = "[id], :disabled, label, label *, fieldset *, svg *, [aria-disabled], [aria-disabled] *";
const ownWords = (element) => [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.data).join("").trim();
looking.likenesses = () => {
  const grounds = new Map([[null, ""]]), alike = new Map(), alone = [];
  const ground = (element) => {
    if (!grounds.has(element)) {
      const style = styled(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.position, style.filter, style.mixBlendMode, style.zIndex];
      grounds.set(element, `${ground(element.parentElement)}/${own}`);
    }
    return grounds.get(element);
  };
  for (const each of document.body.querySelectorAll("*")) {
    const words = ownWords(each), style = styled(each), under = ground(each);
    if (!words && !each.matches("input, select, textarea")) continue;
    if (each.matches(ALONE) || /absolute|fixed|sticky/.test(under)) { alone.push(each); continue; }
    const isTold = /[\p{L}\p{N}].*[\p{L}\p{N}]/su.test(words);
    const key = [each.localName, under, style.color, style.fontSize, style.fontWeight, style.textShadow, isShown(each), isUnseen(each), isTold].join();
    if (!alike.has(key)) alike.set(key, []);
    alike.get(key).push(each);
  }
  return [...alone, ...[...alike.values()].flatMap((some) => [...new Set([some[0], some[some.length >> 1], some.at(-1)])])];
};

const violations = async (where, asked) => (await axe.run(where, { ...asked, resultTypes: ["violations"], elementRef: false, selectors: false })).violations;
looking.axed = async ({ contrast, ...asked }) => {
  const found = asked.runOnly ? await violations(document, { ...asked, rules: { "color-contrast": { enabled: false } } }) : [];
  if (contrast) found.push(...await violations(looking.likenesses(), { runOnly: { type: "rule", values: ["color-contrast"] } }));
  return found.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)} ${each.nodes[0].failureSummary.slice(0, 160)}`);
};

// Rows of the queue that are higher than 80 px, on a phone 180.
looking.tooHigh = () => [...document.querySelectorAll("[data-back] > .row:not(.told, :has([data-open-across]))")]
  .filter((each) => each.getBoundingClientRect().height > (innerWidth > 768 ? 80 : 180))
  .map((each) => `${each.getBoundingClientRect().height} px high: ${named(each)}`);

// Words that have the colour of what they stand on, in colours that the reader has chosen.
looking.alike = () => [...document.querySelectorAll("body *")].filter((each) => {
  if (!isShown(each) || isUnseen(each) || each.closest("svg") || ![...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) return false;
  const ground = [each, ...above(each)].map((one) => getComputedStyle(one).backgroundColor).find((colour) => colour !== "rgba(0, 0, 0, 0)");
  return ground === getComputedStyle(each).color;
}).map(named);

// Addresses of the scripts and style sheets that come with the page.
looking.fetched = () => [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);

// Sends the form whose address ends so, with what is typed in it, past what the browser would stop.
looking.sendWrong = (action, typed) => {
  const form = [...document.querySelectorAll("form")].find((each) => each.method === "post" && new URL(each.action).pathname.endsWith(action));
  form.noValidate = true;
  for (const [name, value] of typed) {
    const field = form.elements[name];
    if (field.type === "number") field.type = "text";
    field.value = value;
  }
  form.requestSubmit();
};
})();
