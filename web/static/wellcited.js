// Sends a question without loading the whole page again. Every form works without this file.
"use strict";

const announcer = document.getElementById("status");
const SLOW = 30_000; // milliseconds until the browser sends the form itself
let asking = false;

async function ask(form, sender) {
  const body = new URLSearchParams(new FormData(form));
  if (sender?.name) body.set(sender.name, sender.value);
  const waiting = setTimeout(() => say("Searching the approved articles", true), 250);
  asking = true;
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(SLOW) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    show(page, new URL(form.action).hash.slice(1) || "question");
  } catch {
    if (!sayUnreachable()) sendPlainly(form, sender);
  } finally {
    clearTimeout(waiting);
    form.removeAttribute("aria-busy");
    asking = false;
  }
}

// Puts the main part of the answered page in place of this one's, and goes to `place` in it; throws when it has none.
function show(page, place) {
  const main = page.querySelector("main#main");
  const news = page.getElementById("status");
  if (!main || !news) throw new Error("not one of our pages");
  document.querySelector("main").replaceWith(main);
  document.title = page.title;
  say(news.textContent, false);
  prepare();
  const target = document.getElementById(place) ?? main;
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

// In a frame of another site, a page that cannot be loaded would take what was written with it.
function sayUnreachable() {
  const words = document.getElementById("unreachable")?.content.firstElementChild;
  if (!words) return false;
  say("", false);
  document.querySelector(".ask .unavailable")?.remove();
  const notice = words.cloneNode(true);
  document.querySelector(".ask").prepend(notice);
  notice.scrollIntoView();
  return true;
}

function sendPlainly(form, sender) {
  say("", false);
  if (sender?.name) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: sender.name, value: sender.value }));
  }
  form.submit();
}

function say(words, visibly) {
  announcer.classList.toggle("hidden", !visibly);
  announcer.classList.toggle("waiting", visibly);
  announcer.textContent = words;
}

// From 80 % of the limit on, says how much is left. A longer question is still sent: the server answers it.
function count(field) {
  const limit = Number(field.dataset.limit);
  const used = [...field.value].length;
  const left = limit - used;
  const characters = Math.abs(left) === 1 ? "1 character" : `${Math.abs(left)} characters`;
  const words = left < 0 ? `${characters} over the limit of ${limit}` : `${characters} left`;
  document.getElementById("counter").textContent = used < limit * 0.8 ? "" : words;
}

function prepare() {
  const field = document.getElementById("question");
  if (!field) return;
  document.getElementById("keys").hidden = false;
  count(field);
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-ask]")) return;
  event.preventDefault();
  if (!asking) ask(event.target, event.submitter);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "question" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "question") count(event.target);
});

// On paper every source is open.
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([open])")) {
    one.open = true;
    addEventListener("afterprint", () => (one.open = false), { once: true });
  }
});

prepare();
