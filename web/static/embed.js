// What the conversation does in a frame of another site, beside what it does anyway. It speaks with the page that shows
// it, and only where that page's site is on the list; what is said is a word, never anything a visitor wrote.
"use strict";

const sites = document.documentElement.dataset.sites.split(" ");
let host = null; // origin of the page that shows this one, known once it has said hello

function tell(word) {
  if (host) parent.postMessage({ wellcited: word }, host);
}

addEventListener("message", (event) => {
  if (parent === window || event.source !== parent || !sites.includes(event.origin)) return;
  host = event.origin;
  if (event.data?.wellcited === "hello") tell("ready");
  if (event.data?.wellcited === "enter") enter();
});

// With a keyboard the next thing is to type. On a touch screen that would cover half of the page with keys.
function enter() {
  const field = matchMedia("(hover: hover) and (pointer: fine)").matches && document.getElementById("question");
  (field || document.getElementById("main")).focus();
}

// Escape closes the panel, unless something on this page takes it.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
  tell("close");
});

// What leaves the conversation opens in a tab of its own: the frame shows nothing else, and the conversation stays.
function leaves(address) {
  const url = new URL(address, location);
  return url.protocol.startsWith("http") && (url.origin !== location.origin || url.pathname !== location.pathname);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link && leaves(link.href)) link.target = "_blank";
}, true);

document.addEventListener("submit", (event) => {
  if (leaves(event.submitter?.getAttribute("formaction") ?? event.target.action)) event.target.target = "_blank";
}, true);
