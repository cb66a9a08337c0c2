// Sends a question without loading the whole page again, and keeps a conversation in this tab. Every form works without
// this file.
"use strict";

const byId = (id) => document.getElementById(id);
const make = (tag, settings) => Object.assign(document.createElement(tag), settings);
const announcer = byId("status");
const SLOW = 30_000; // milliseconds until a question counts as lost on its way
const WAITING = 250; // milliseconds until one is told that something is going on
const IDLE = 1_000; // milliseconds without a key until what is left of the limit is read out
// The conversation's own page, or the same page in another site's frame.
const HOME = location.pathname === "/embed" ? "/embed" : "/";
const UNSENT = "Your question could not be sent. Nothing you wrote is lost. Check your connection and ask again.";
const PLACE = /^#conversation=([0-9a-f]{32})$/;
let asking = false;
let counting;

// What a form sends, with the button that was pressed.
function bodyOf(form, sender) {
  const body = new URLSearchParams(new FormData(form));
  if (sender?.name) body.set(sender.name, sender.value);
  return body;
}

// The page that comes from an address; throws when none comes.
async function answerFrom(address, request) {
  const response = await fetch(address, { ...request, signal: AbortSignal.timeout(SLOW) });
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function ask(form, sender) {
  clearTimeout(counting);
  say("", false); // so that the next words are heard even when they are the same as the last
  const waiting = setTimeout(() => say("Searching the approved articles", true), WAITING);
  asking = true;
  form.setAttribute("aria-busy", "true");
  try {
    const page = await send(bodyOf(form, sender));
    if (!page) keep(UNSENT, byId("unsent").content.cloneNode(true));
    else if (page.getElementById("question")) show(page, new URL(form.action).hash.slice(1) || "question");
    else keep(page.querySelector("main.failure .lead").textContent);
  } catch {
    sendPlainly(form, sender);
  } finally {
    clearTimeout(waiting);
    form.removeAttribute("aria-busy");
    asking = false;
  }
}

// The page that answers a form of the conversation; null when there is no answer.
const send = (body) => answerFrom(HOME, { method: "POST", body }).catch(() => null);

// Puts a part of the answering page in its place here; the focus stays, or goes there if its button is gone.
async function exchange(form, sender) {
  try {
    const body = form.method === "post" ? bodyOf(form, sender) : undefined;
    const page = await answerFrom(form.action, { method: form.method, body });
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
  // It is gone to right away, and would be read out twice.
  main.querySelector("[role=alert]")?.removeAttribute("role");
  byId("main").replaceWith(main);
  document.title = page.title;
  say(news.textContent);
  prepare();
  remember();
  if (place) go(byId(place) ?? main);
}

// Says what went wrong beside the field, with `help` below it, and leaves the visitor's words in it.
function keep(words, ...help) {
  const field = byId("question");
  const error = make("p", { id: "error", className: "error", tabIndex: -1, textContent: words });
  say("", false);
  for (const old of document.querySelectorAll("form.question :is(.error, .unsent)")) old.remove();
  field.before(error, ...help);
  field.setAttribute("aria-describedby", "question-hint error");
  field.setAttribute("aria-invalid", "true");
  go(error);
}

function go(place) {
  place.focus({ preventScroll: true });
  place.scrollIntoView();
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
  const left = limit - [...field.value.trim()].length; // the server counts no blanks around it either
  const characters = Math.abs(left) === 1 ? "1 character" : `${Math.abs(left)} characters`;
  const words = left < 0 ? `${characters} over the limit of ${limit}` : `${characters} left`;
  byId("counter").textContent = left > limit / 5 ? "" : words;
}

// Puts the words of the last question back into the field.
function edit(words) {
  const field = byId("question");
  field.value = words;
  count(field);
  go(field);
  field.setSelectionRange(words.length, words.length);
}

// The id of the conversation shown, which a browser keeps behind the "#" of this tab's address and sends nowhere.
const shown = () => document.querySelector("form.question [name=conversation]")?.value;

function remember() {
  const place = shown() ? `#conversation=${shown()}` : "";
  if (place !== location.hash) history.replaceState(history.state, "", location.pathname + location.search + place);
}

// Shows the conversation that this tab's address names, after a reload or on the way back.
async function restore() {
  const id = PLACE.exec(location.hash)?.[1];
  if (!id || id === shown()) return;
  const top = history.state?.top ?? 0;
  const page = await send(new URLSearchParams({ conversation: id, show: "1" }));
  if (!page?.getElementById("question")) return say("Your conversation cannot be shown right now. Reload to try again.", true);
  show(page);
  scrollTo(0, top);
}

// Ends the conversation, and leaves no address behind that leads to it.
async function forget(form) {
  const body = new URLSearchParams([...new FormData(form), ["sure", "1"]]);
  await fetch("/start-over", { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(SLOW) }).catch(() => null);
  location.replace(location.pathname + location.search);
}

function prepare() {
  byId("print")?.replaceWith(make("button", { textContent: "Print", onclick: () => print() }));
  const field = byId("question");
  if (!field) return;
  byId("keys").hidden = false;
  count(field);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-ask]")) {
    event.preventDefault();
    if (!asking) ask(form, event.submitter);
  } else if (form.matches("[data-part]")) {
    event.preventDefault();
    exchange(form, event.submitter);
  } else if (form.matches("[data-edit]")) {
    event.preventDefault();
    edit(form.elements.edit.value);
  } else if (form.matches("[data-start-over]")) {
    event.preventDefault();
    document.querySelector("dialog").showModal();
  } else if (form.matches("dialog [data-forget]") && event.submitter?.name === "sure") {
    event.preventDefault();
    forget(form);
  }
});

// Within a conversation one goes without a new address: it would take the conversation's place.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const place = link && byId(link.hash.slice(1));
  if (!place || !byId("question")) return;
  event.preventDefault();
  go(place);
});

addEventListener("keydown", (event) => {
  if (event.target.id !== "question" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (event.target.id !== "question") return;
  count(event.target);
  clearTimeout(counting);
  const left = byId("counter").textContent;
  if (left) counting = setTimeout(() => say(left, false), IDLE);
});

// On paper every source is open.
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([open])")) {
    one.open = true;
    addEventListener("afterprint", () => (one.open = false), { once: true });
  }
});

addEventListener("pagehide", () => {
  if (PLACE.test(location.hash)) history.replaceState({ top: scrollY }, "");
});
// A page that the browser kept whole may show what was ended since.
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("hashchange", restore);

prepare();
if (PLACE.test(location.hash) && !shown()) restore();
else if (byId("question")) remember();
