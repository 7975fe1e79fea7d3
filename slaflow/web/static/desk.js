// Without this script the pages do all the same. It counts time down while a calendar is open, asks anew when
// one opens or closes, and takes keys, which can be turned off.
"use strict";

const started = performance.now();
const passed = () => (performance.now() - started) / 1000;
const OFF = "slaflow.keys.off";

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

const isBusy = () => {
  const active = document.activeElement;
  return document.querySelector("dialog[open]") !== null
    || (active !== null && ["INPUT", "TEXTAREA", "SELECT"].includes(active.tagName))
    || [...document.querySelectorAll("main textarea, main input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
};

let isOld = false;
const countDown = () => {
  const since = passed();
  for (const clock of document.querySelectorAll("[data-left]")) {
    const edge = clock.dataset.edge === undefined ? Infinity : Number(clock.dataset.edge);
    if (since >= edge) isOld = true;
    if (clock.dataset.open !== "1") continue;
    const before = Number(clock.dataset.left), left = before - Math.min(since, edge);
    if (before >= 0 && left < 0) isOld = true;
    const figure = clock.querySelector("[data-figure]");
    const time = (clock.dataset.always === "1" ? duration : openTime)(left);
    const words = left < 0 ? `${time} past due` : `${time} left`;
    if (figure.textContent !== words) figure.textContent = words;
  }
  if (isOld && !isBusy()) location.reload();
};
if (document.querySelector("[data-left]")) setInterval(countDown, 1000);

const rows = () => [...document.querySelectorAll("[data-row]")];
const chosen = () => document.activeElement?.closest("[data-row]");
const go = (step) => {
  const all = rows(), at = all.indexOf(chosen());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector("[data-link]").focus();
  next?.scrollIntoView({ block: "nearest" });
};

const help = () => {
  let box = document.querySelector("dialog");
  if (!box) {
    box = document.createElement("dialog");
    box.setAttribute("aria-labelledby", "keys");
    const heading = document.createElement("h2");
    heading.id = "keys";
    heading.textContent = "Keys";
    const list = document.createElement("dl");
    for (const [key, does] of [["j  k", "next and previous lead"], ["Enter", "open it"], ["a", "do what keeps its promise"],
      ["/", "find a lead"], ["g q", "queue"], ["g l", "my leads"], ["?", "these keys"]]) {
      const line = document.createElement("div"), term = document.createElement("dt"), words = document.createElement("dd");
      term.textContent = key;
      words.textContent = does;
      line.append(term, words);
      list.append(line);
    }
    const label = document.createElement("label"), on = document.createElement("input");
    on.type = "checkbox";
    on.checked = localStorage.getItem(OFF) === null;
    on.addEventListener("change", () => on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
    label.append(on, " Single keys are on");
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => box.close());
    box.append(heading, list, label, close);
    document.body.append(box);
  }
  box.showModal();
};

let lead = null;
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => (chosen() ?? document.querySelector("main")).querySelector("[data-main]")?.click(),
  "/": () => document.getElementById("find").focus(),
  "?": help,
};
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (event.key !== "?" && localStorage.getItem(OFF) !== null) return;
  const place = lead === "g" && [...document.querySelectorAll("[data-go]")].find((each) => each.dataset.go === event.key);
  if (place) {
    place.click();
  } else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
  lead = event.key;
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    // Once the form is on its way; a button that is off sends nothing.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
