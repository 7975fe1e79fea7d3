// A job that is still open is looked at again until it has ended; what changed is put in place and said.
"use strict";
const job = () => document.getElementById("job");
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
  if (fresh === null || fresh.innerHTML === job().innerHTML) return;
  const before = job().querySelector(".job-status strong").textContent;
  const held = job().contains(document.activeElement) ? document.activeElement.getAttribute("href") ?? document.activeElement.tagName.toLowerCase() : null;
  job().replaceWith(fresh);
  if (held !== null) (fresh.querySelector(`[href="${CSS.escape(held)}"]`) ?? fresh.querySelector("button, a"))?.focus();
  const now = fresh.querySelector(".job-status strong").textContent;
  if (now !== before) document.getElementById("said").textContent = now;
};
const again = async () => {
  try {
    await look();
  } catch {
    // The server is away for a moment.
  }
  if (job().hasAttribute("data-open")) setTimeout(again, 1500);
};
if (job()?.hasAttribute("data-open")) setTimeout(again, 800);
