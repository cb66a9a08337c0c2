// Wellcited's launcher and panel, for the pages of other sites: a button, and behind it the questions page in a frame.
// It keeps nothing: no cookie, no storage. Everything is drawn in a closed shadow root, with constructed style sheets,
// so that neither the page's styles nor a strict Content-Security-Policy change what is shown.
"use strict";
(() => {
  const told = {{ told | tojson }};
  const script = document.currentScript;
  const NAME = "wellcited-widget";
  const PATIENCE = 10_000; // milliseconds until a frame that has not loaded counts as failed
  const GRACE = 2_000; // and one that has loaded, but does not answer: a browser shows an error page in it, or refused it
  if (!script || document.querySelector(NAME)) return;

  // What the page may choose. A value that cannot be used is named in the console, and the default is taken.
  function chosen(name, normal, usable) {
    const value = script.dataset[name]?.trim();
    if (!value) return normal;
    if (usable.test(value)) return value;
    console.warn(`Wellcited: data-${name}="${value}" cannot be used; it is taken as "${normal}".`);
    return normal;
  }

  const site = new URL(script.src).origin;
  const label = chosen("label", "Ask a question", /^.{2,40}$/u);
  const side = chosen("position", "right", /^(left|right)$/);
  const color = chosen("color", "#175c4c", /^#([0-9a-f]{3}){1,2}$/i);

  // White on the colour where that can be read (WCAG: 4.5 to 1), else black, which then can.
  function readableOn(hex) {
    const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit) : hex.slice(1).match(/../g);
    const [red, green, blue] = digits
      .map((two) => parseInt(two, 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5 ? "#fff" : "#000";
  }

  // Sizes in em come from the visitor's own size of text: a page's size for html does not reach in here.
  const CSS = `
:host {
  all: initial !important; display: block !important; position: fixed !important; inset: 0 auto auto 0 !important;
  z-index: 2147483647 !important; width: 0 !important; height: 0 !important; direction: ltr !important;
  unicode-bidi: isolate !important; color-scheme: light dark !important;
  font: medium/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif !important;
  -webkit-text-size-adjust: 100% !important; text-size-adjust: 100% !important;
  --color: ${color} !important; --on: ${readableOn(color)} !important;
  --sheet: #fff !important; --ink: #1f2623 !important; --line: #7b847f !important;
  --link: #175c4c !important; --help: #e9edf8 !important; --help-line: #3d4f9f !important;
}
:host::before, :host::after, :host::backdrop { display: none !important; }
@media (prefers-color-scheme: dark) {
  :host {
    --sheet: #1d2221 !important; --ink: #e8e6df !important; --line: #78827d !important;
    --link: #8ccfbb !important; --help: #20263b !important; --help-line: #a6b4f2 !important;
  }
}
@media print { :host { display: none !important; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, p { margin: 0; font: inherit; }
button { margin: 0; font: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid #000; outline-offset: 0; box-shadow: 0 0 0 6px #fff; }
.launcher {
  position: fixed; bottom: max(1em, env(safe-area-inset-bottom)); ${side}: max(1em, env(safe-area-inset-${side}));
  display: flex; align-items: center; gap: 0.5em; max-width: calc(100vw - 2em); min-height: 52px; padding: 0.5em 1.25em;
  border: 2px solid #fff; border-radius: 28px; background: var(--color); color: var(--on);
  box-shadow: 0 1px 6px #0008; font-weight: 600; text-align: left; overflow-wrap: anywhere;
}
.launcher:focus-visible { box-shadow: 0 0 0 6px #fff; }
.launcher:hover, .close:hover { text-decoration: underline; }
svg { flex: none; }
dialog {
  position: fixed; inset: auto; bottom: calc(max(1em, env(safe-area-inset-bottom)) + 64px);
  ${side}: max(1em, env(safe-area-inset-${side})); width: 26em; max-width: calc(100vw - 2em);
  height: min(42em, 100dvh - 64px - 3em); max-height: none; margin: 0; padding: 0; border: 1px solid var(--line);
  border-radius: 12px; overflow: hidden; overscroll-behavior: contain; background: var(--sheet); color: var(--ink);
  box-shadow: 0 4px 24px #0006;
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: none; }
@media (max-width: 480px), (max-height: 480px) { dialog { inset-block: 0; height: 100dvh; border-radius: 0; } }
@media (max-width: 480px) {
  dialog { inset: 0; width: 100vw; max-width: none; padding-bottom: env(safe-area-inset-bottom); border: 0; }
}
.bar { display: flex; flex: none; align-items: center; gap: 1em; padding-left: 1em; background: var(--color); color: var(--on); }
.bar h2 { flex: 1; padding: 0.5em 0; font-weight: 600; overflow-wrap: anywhere; }
.bar h2:focus { outline: none; box-shadow: none; }
.close { flex: none; min-width: 48px; min-height: 48px; padding: 0 0.75em; border: 0; background: none; color: inherit; }
.close:focus-visible { outline: 3px solid; outline-offset: -6px; box-shadow: none; }
.bar + div { flex: 1; overflow: auto; padding: 1em; }
.help { margin: 1em 0; padding: 0.75em 1em; border: 1px solid var(--help-line); border-left-width: 4px; background: var(--help); }
.help > :first-child { font-weight: 600; }
a { color: var(--link); font-weight: 600; text-underline-offset: 0.2em; }
.help a { color: var(--ink); }
.ways { display: flex; flex-wrap: wrap; gap: 0.5em; margin: 0.75em 0; }
.ways a { padding: 0.5em 1.25em; border: 1px solid var(--help-line); border-radius: 8px; background: var(--sheet); text-decoration: none; }
.ways a:hover { text-decoration: underline; }
.ways a, .way { display: inline-flex; align-items: center; min-width: 44px; min-height: 48px; }
.way::after { content: "\\00a0↗" / " (opens in a new tab)"; }
.again { min-height: 44px; padding: 0 1em; border: 1px solid var(--line); border-radius: 8px; background: none; color: var(--ink); }
iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: var(--sheet); color-scheme: light dark; }
@media (forced-colors: active) {
  .bar { border-bottom: 1px solid; }
  .close { border: 1px solid; }
  :focus-visible, .launcher:focus-visible, .close:focus-visible { outline: 3px solid Highlight; }
}`;

  function make(tag, attributes, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  }

  function icon() {
    const drawn = (tag, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    };
    const bubble = drawn("svg", { viewBox: "0 0 24 24", width: "24", height: "24", "aria-hidden": "true" });
    const d = "M4 4h16v12H11l-5 4v-4H4z";
    bubble.append(drawn("path", { d, fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linejoin": "round" }));
    return bubble;
  }

  // A page of ours in a tab of its own, which is not told where the visitor comes from.
  function away(path, words) {
    return make("a", { class: "way", href: site + path, target: "_blank", rel: "noopener noreferrer" }, words);
  }

  function crisisLine() {
    const piece = ([words, address]) => (address ? make("a", { href: address }, words) : words);
    const line = told.crisis.map((pieces) => make("p", {}, ...pieces.map(piece)));
    return [...line, make("div", { class: "ways" }, ...told.ways.map(piece))];
  }

  const launcher = make("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" }, icon(), label);
  const title = make("h2", { id: "title", tabindex: "-1", autofocus: "" }, label);
  const closer = make("button", { type: "button", class: "close" }, "Close");
  const state = make("p", { role: "status" });
  const again = make("button", { type: "button", class: "again", hidden: "" }, "Try again");
  const waiting = make(
    "div", {}, state,
    make("div", { class: "help" }, make("p", {}, "In crisis?"), ...crisisLine(), make("p", {}, away("/crisis", "All help lines"))),
    make("p", {}, away("/", "Open the questions page in a new tab")), again,
  );
  const panel = make("dialog", { "aria-labelledby": "title" }, make("div", { class: "bar" }, title, closer), waiting);
  let frame = null;
  let ready = false; // the frame has answered and is shown
  let entered = false; // the focus has been in it since it was loaded
  let patience;

  function tell(word) {
    frame.contentWindow.postMessage({ wellcited: word }, site);
  }

  function open() {
    launcher.setAttribute("aria-expanded", "true");
    if (matchMedia("(max-width: 480px)").matches) panel.showModal();
    else panel.show();
    if (ready) enter();
    else if (!frame) load();
  }

  function load() {
    frame?.remove();
    again.hidden = true;
    state.textContent = "Opening the questions page …";
    frame = make("iframe", { src: site + told.embed, title: label, referrerpolicy: "no-referrer", hidden: "" });
    frame.addEventListener("load", () => {
      ready = entered = false;
      tell("hello");
      waitFor(GRACE);
    });
    panel.append(frame);
    waitFor(PATIENCE);
  }

  // Nobody says why a frame is refused or does not come; that no answer comes is all there is to know.
  function waitFor(time) {
    clearTimeout(patience);
    patience = setTimeout(fail, time);
  }

  function fail() {
    const had = root.activeElement;
    show(false);
    state.textContent = "The questions page cannot be shown here right now.";
    again.hidden = false;
    if (panel.open && had === frame) title.focus();
  }

  function show(whole) {
    ready = whole;
    waiting.hidden = whole;
    frame.hidden = !whole;
  }

  // The focus goes on into the frame, unless the visitor has moved it elsewhere in the meantime.
  function enter() {
    if (root.activeElement !== title) return;
    frame.focus();
    if (!entered) tell("enter");
    entered = true;
  }

  addEventListener("message", (event) => {
    if (!frame || event.origin !== site || event.source !== frame.contentWindow) return;
    if (event.data?.wellcited === "ready") {
      clearTimeout(patience);
      show(true);
      if (panel.open) enter();
    }
    if (event.data?.wellcited === "close") panel.close();
  });

  launcher.addEventListener("click", () => (panel.open ? panel.close() : open()));
  closer.addEventListener("click", () => panel.close());
  again.addEventListener("click", () => {
    title.focus();
    load();
  });
  panel.addEventListener("close", () => {
    launcher.setAttribute("aria-expanded", "false");
    launcher.focus(); // the browser brings it back to where it was, which in Safari is not the button that was clicked
  });

  const host = make(NAME, { lang: "en", popover: "manual" });
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  root.append(make("section", { "aria-label": label }, launcher, panel)); // a landmark, so that it can be found
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !panel.open || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    panel.close();
  });

  // Beside the body, not in it, and in the top layer: no style of the page's parts, however high, lies above it.
  function place() {
    document.documentElement.append(host);
    host.showPopover?.();
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
})();
