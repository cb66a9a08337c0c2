// Sends a question without loading the whole page again. Every form works without this file.
"use strict";

const byId = (id) => document.getElementById(id);
const make = (tag, settings) => Object.assign(document.createElement(tag), settings);
const announcer = byId("status");
const SLOW = 30_000; // milliseconds until the browser sends the form itself
let asking = false;

async function answerTo(form, sender) {
  const body = form.method === "post" ? new URLSearchParams(new FormData(form)) : undefined;
  if (sender?.name) body?.set(sender.name, sender.value);
  const response = await fetch(form.action, { method: form.method, body, signal: AbortSignal.timeout(SLOW) });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function ask(form, sender) {
  const waiting = setTimeout(() => say("Searching the approved articles", true), 250);
  asking = true;
  form.setAttribute("aria-busy", "true");
  try {
    const page = await answerTo(form, sender);
    show(page, new URL(form.action).hash.slice(1) || "question");
  } catch {
    sendPlainly(form, sender);
  } finally {
    clearTimeout(waiting);
    form.removeAttribute("aria-busy");
    asking = false;
  }
}

// Puts a part of the answering page in its place here; the focus stays, or goes there if its button is gone.
async function exchange(form, sender) {
  try {
    const page = await answerTo(form, sender);
    const news = page.getElementById(form.dataset.part);
    byId(news.id).replaceWith(news); // throws when there is none
    say(page.getElementById("status").textContent);
    if (!sender.isConnected) news.focus();
  } catch {
    sendPlainly(form, sender);
  }
}

// Puts the main part of the answering page in its place, and goes to `place` in it; throws when it has none.
function show(page, place) {
  const main = page.querySelector("main#main");
  const news = page.getElementById("status");
  if (!main || !news) throw new Error("not one of our pages");
  byId("main").replaceWith(main);
  document.title = page.title;
  say(news.textContent);
  prepare();
  const target = byId(place) ?? main;
  target.focus({ preventScroll: true });
  target.scrollIntoView();
}

function sendPlainly(form, sender) {
  say("");
  if (sender?.name) form.append(make("input", { type: "hidden", name: sender.name, value: sender.value }));
  form.submit();
}

function say(words, visibly = false) {
  announcer.classList.toggle("hidden", !visibly);
  announcer.classList.toggle("waiting", visibly);
  announcer.textContent = words;
}

// From 80 % of the limit on, says how much is left. A longer question is still sent: the server answers it.
function count(field) {
  const limit = Number(field.dataset.limit);
  const left = limit - [...field.value].length;
  const characters = Math.abs(left) === 1 ? "1 character" : `${Math.abs(left)} characters`;
  const words = left < 0 ? `${characters} over the limit of ${limit}` : `${characters} left`;
  byId("counter").textContent = left > limit / 5 ? "" : words;
}

function prepare() {
  byId("print")?.replaceWith(make("button", { textContent: "Print", onclick: () => print() }));
  const field = byId("question");
  if (!field) return;
  byId("keys").hidden = false;
  count(field);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-ask], [data-part]")) return;
  event.preventDefault();
  if (form.dataset.part) exchange(form, event.submitter);
  else if (!asking) ask(form, event.submitter);
});

addEventListener("keydown", (event) => {
  if (event.target.id !== "question" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

addEventListener("input", (event) => {
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
