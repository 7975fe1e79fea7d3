// Without this script the pages do all the same. It counts time down while a calendar is open, asks anew when
// one opens or closes, opens forms in their row, and takes keys, which can be turned off. Its words are the
// page's: see <template id="keys">.
"use strict";

const areOff = () => document.body.dataset.keys === "off";
const AGAIN = 5;
const words = document.getElementById("keys");
const said = document.getElementById("said");
const main = document.getElementById("main");

// As the server writes open time: hours at most, two units.
const openTime = (seconds) => {
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor((whole % 3600) / 60), rest = whole % 60;
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${rest} s`;
};

// And on a calendar that never closes.
const duration = (seconds) => {
  const whole = Math.floor(Math.abs(seconds));
  const parts = [[Math.floor(whole / 86400), "d"], [Math.floor((whole % 86400) / 3600), "h"], [Math.floor((whole % 3600) / 60), "min"], [whole % 60, "s"]];
  while (parts.length > 1 && !parts[0][0]) parts.shift();
  return parts.slice(0, 2).filter(([number]) => number).map(([number, unit]) => `${number} ${unit}`).join(" ") || "0 s";
};

// What is open, being written or on its way is not taken away from who is at it.
const across = () => document.querySelector("[data-open-across]");
let opening = false, sending = false;
const isBusy = () => {
  const active = document.activeElement;
  return opening || sending || document.querySelector("dialog[open]") !== null || across() !== null
    || (active !== null && ["INPUT", "TEXTAREA", "SELECT"].includes(active.tagName))
    || [...document.querySelectorAll("main textarea, main input:not([type=hidden])")].some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);
};

// Time

let started = performance.now(), isOld = false, triedAt = -Infinity;
const countDown = () => {
  const since = (performance.now() - started) / 1000;
  for (const clock of document.querySelectorAll("[data-left]")) {
    const edge = clock.dataset.edge === undefined ? Infinity : Number(clock.dataset.edge);
    if (since >= edge) isOld = true;
    if (clock.dataset.open !== "1") continue;
    const before = Number(clock.dataset.left), left = before - Math.min(since, edge);
    if (before >= 0 && left < 0) isOld = true;
    const figure = clock.querySelector("[data-figure]");
    const time = (clock.dataset.always === "1" ? duration : openTime)(left);
    const text = (left < 0 ? words.dataset.past : words.dataset.left).replace("{}", time);
    if (figure && figure.textContent !== text) figure.textContent = text;
  }
  if (isOld && !isBusy() && since - triedAt >= AGAIN) {
    triedAt = since;
    renew();
  }
};
setInterval(countDown, 1000);

const fetched = async (address, how) => {
  const answer = await fetch(address, { credentials: "same-origin", ...how });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Addresses of another page are seen from there.
  for (const name of ["href", "action"]) {
    for (const each of page.body.querySelectorAll(`[${name}]`)) {
      if (!each.getAttribute(name).startsWith("#")) each.setAttribute(name, new URL(each.getAttribute(name), answer.url).href);
    }
  }
  for (const form of page.body.querySelectorAll("form:not([action])")) form.action = answer.url;
  return { answer, page };
};

// Puts what a newer page has in the place of this one's; whoever was at a row stays there, or goes to the next.
const swap = (page) => {
  const fresh = page.getElementById("main");
  if (!fresh?.querySelector("[data-rows], .line-of-calm")) return false;
  const row = chosen(), at = rows().indexOf(row), id = row?.id;
  main.replaceChildren(...fresh.childNodes);
  started = performance.now();
  isOld = false;
  triedAt = -Infinity;
  if (row) focusOn(document.getElementById(id) ?? rows()[Math.min(at, rows().length - 1)]);
  return true;
};

const renew = async () => {
  const here = new URL(location.href);
  here.searchParams.delete("done");
  if (!document.querySelector("[data-rows]")) return location.reload();
  try {
    const { answer, page } = await fetched(here.href);
    if (answer.ok && !isBusy()) swap(page);
  } catch {
    // The network is away: what stands here is as old as it says, and is asked for again.
  }
};

// Rows

const rows = () => [...document.querySelectorAll("[data-row]")];
const chosen = () => document.activeElement?.closest("[data-row]") ?? null;
const focusOn = (row) => (row?.querySelector("[data-link]") ?? main).focus();
const go = (step) => {
  const all = rows(), at = all.indexOf(chosen());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  if (!next) return;
  focusOn(next);
  next.scrollIntoView({ block: "nearest" });
};
const press = (what) => (chosen() ?? (rows().length ? null : main))?.querySelector(what)?.click();

// Forms across a row

const leave = () => {
  const box = across();
  if (!box) return;
  const row = box.closest("[data-row]");
  box.remove();
  row.querySelector("[aria-expanded=true]")?.removeAttribute("aria-expanded");
  focusOn(row);
};

const lay = (row, page) => {
  const sheet = page.querySelector("main .sheet") ?? page.querySelector("main");
  across()?.remove();
  const box = document.createElement("div");
  box.className = "across";
  box.dataset.openAcross = "";
  box.append(sheet);
  const title = box.querySelector("h1");
  if (title) {
    const smaller = document.createElement("h2");
    smaller.append(...title.childNodes);
    title.replaceWith(smaller);
  }
  row.append(box);
  const first = box.querySelector("[role=alert]") ?? box.querySelector("input:not([type=hidden]), textarea, select") ?? box.querySelector("button, a.button") ?? box.querySelector("a[href]");
  if (first?.matches("[role=alert]")) first.tabIndex = -1;
  first?.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
};

const open = async (link) => {
  const row = link.closest("[data-row]");
  if (opening) return;
  opening = true;
  try {
    const { answer, page } = await fetched(link.href);
    if (answer.redirected || !page.querySelector("main")) return location.assign(link.href);
    lay(row, page);
    if (row.contains(link)) link.setAttribute("aria-expanded", "true");
    if (pending) letter(pending);
  } catch {
    location.assign(link.href);
  } finally {
    opening = false;
    pending = null;
  }
};

const tell = (page) => {
  const done = page.querySelector("main .done");
  said.className = done ? "toast" : "unseen";
  said.replaceChildren(...(done?.childNodes ?? []));
  done?.remove();
};

const send = async (form, button) => {
  const row = form.closest("[data-row]"), body = new URLSearchParams(new FormData(form, button));
  const buttons = [...form.querySelectorAll("button")];
  body.set("back", row.closest("[data-rows]").dataset.back);
  for (const each of buttons) each.disabled = true;
  sending = true;
  try {
    const { answer, page } = await fetched(form.action, { method: "POST", body });
    if (answer.redirected && answer.ok && page.querySelector("main [data-rows], main .line-of-calm")) {
      focusOn(row);
      tell(page);
      swap(page);
    } else if (answer.redirected) {
      location.assign(answer.url);
    } else {
      lay(row, page);
    }
  } catch {
    // A form is taken once, however often it is sent; so the browser may send it, and say what is wrong.
    form.submit();
  } finally {
    sending = false;
    for (const each of buttons) each.disabled = false;
  }
};

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!link?.closest("[data-row]") || !document.querySelector("[data-back]")) return;
  const box = link.closest("[data-open-across]");
  if (link.matches("[data-across]")) {
    event.preventDefault();
    if (link.getAttribute("aria-expanded") === "true") leave();
    else open(link);
  } else if (box && new URL(link.href).pathname === location.pathname) {
    event.preventDefault();
    leave();
  }
});

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.closest("[data-row]") && form.closest("[data-back]")) {
    event.preventDefault();
    send(form, event.submitter);
  } else {
    // Once the form is on its way; a button that is off sends nothing.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  }
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// Keys

const help = () => {
  let box = document.querySelector("dialog");
  if (!box) {
    document.body.append(words.content.cloneNode(true));
    box = document.querySelector("dialog");
    const on = box.querySelector("[data-single]"), form = box.querySelector("form");
    on.checked = !areOff();
    on.addEventListener("change", () => {
      document.body.dataset.keys = on.checked ? "on" : "off";
      const body = new URLSearchParams(new FormData(form));
      body.set("keys", document.body.dataset.keys);
      fetch(form.action, { method: "POST", body, redirect: "manual" });
    });
    box.querySelector("[data-close]").addEventListener("click", () => box.close());
  }
  box.showModal();
};

let last = null, pending = null;
const letter = (key) => {
  const found = [...document.querySelectorAll("[data-open-across] [data-letter]")].find((each) => each.dataset.letter === key);
  found?.click();
  return found !== undefined;
};
const explain = () => {
  const link = chosen()?.querySelector("[data-link]");
  if (link) location.assign(`${link.href}#why`);
};
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("[data-main]"),
  r: () => press("[data-way-back]"),
  l: () => press("[data-more]"),
  x: () => press("[data-select]"),
  e: explain,
  "/": () => document.getElementById("find").focus(),
  "?": help,
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && across() && !document.querySelector("dialog[open]")) return leave();
  if (event.target.closest("textarea, select, dialog, input:not([type=checkbox], [type=radio])")) return;
  if (event.key !== "?" && areOff()) return;
  const place = last === "g" && [...document.querySelectorAll("[data-go]")].find((each) => each.dataset.go === event.key);
  if (place) {
    place.click();
  } else if (last === "l" && opening) {
    event.preventDefault();
    pending = event.key;
  } else if (document.querySelector("[data-open-across] [data-letters]") && letter(event.key)) {
    event.preventDefault();
  } else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
  last = event.key;
});
