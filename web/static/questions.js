// Offers ready-made questions while one types. The list is fetched once and looked through here: what is typed stays in
// the browser. Keys and marking are those of an editable combobox with a list (ARIA Authoring Practices); the role is not,
// for a field of several lines may not have it, so that a list has opened is said instead.
"use strict";

{
  const MOST = 6; // questions offered at a time
  const LEAST = 2; // letters typed before any is
  const LONGEST = 120; // letters; a longer text is nobody's search for a ready-made question
  let known = []; // each question with its words
  let fetched;
  let announcing;
  let active = -1;

  const words = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const field = () => document.getElementById("question");
  const list = () => document.getElementById("offers");
  const options = () => [...(list()?.children ?? [])];
  const open = () => list()?.hidden === false;

  async function fetchOnce(address) {
    if (!address || fetched === address) return;
    fetched = address;
    try {
      const { questions } = await (await fetch(address)).json();
      known = questions.map((question) => ({ question, words: words(question) }));
      if (document.activeElement === field() && field().value) offer();
    } catch {
      fetched = undefined; // a field without offers is still a field
    }
  }

  // How well a question fits: the sum of the places of its words that begin as those typed do; none if one is not there.
  function fit(typed, asked) {
    let sum = 0;
    for (const word of typed) {
      const place = asked.findIndex((one) => one.startsWith(word));
      if (place < 0) return Infinity;
      sum += place;
    }
    return sum;
  }

  function matching(text) {
    const typed = words(text).map((word) => word.replace(/(?<=...)s$/u, "")); // one who types "ssris" means "SSRI", too
    if (typed.join("").length < LEAST || text.length > LONGEST || text.includes("\n")) return [];
    return known
      .map((one) => ({ ...one, fit: fit(typed, one.words) }))
      .filter((one) => one.fit < Infinity && one.question !== text.trim())
      .sort((a, b) => a.fit - b.fit || a.question.length - b.question.length)
      .slice(0, MOST)
      .map((one) => one.question);
  }

  function prepare() {
    if (list()) return;
    const made = Object.assign(document.createElement("ul"), { id: "offers", className: "offers", hidden: true });
    made.setAttribute("role", "listbox");
    made.setAttribute("aria-label", "Ready-made questions");
    field().form.append(made);
    field().setAttribute("aria-autocomplete", "list");
    field().setAttribute("aria-haspopup", "listbox");
    field().setAttribute("aria-controls", "offers");
  }

  function offer() {
    prepare();
    const found = matching(field().value);
    if (!found.length) return close();
    const opens = !open();
    list().replaceChildren(...found.map(option));
    list().hidden = false;
    mark(-1);
    // On a small screen, or above a keyboard that takes half of it, there would be nothing to see of it.
    if (opens && list().getBoundingClientRect().bottom > visualViewport.height) field().form.scrollIntoView();
    clearTimeout(announcing);
    const many = found.length === 1 ? "1 ready-made question fits" : `${found.length} ready-made questions fit`;
    announcing = setTimeout(() => open() && active < 0 && say(`${many}. Press the down arrow to choose.`, false), IDLE);
  }

  function option(question, place) {
    const made = Object.assign(document.createElement("li"), { id: `offer-${place}`, textContent: question });
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    return made;
  }

  // Marks the option at a place; -1 is the field itself.
  function mark(place) {
    active = place;
    options().forEach((one, at) => one.setAttribute("aria-selected", String(at === place)));
    const marked = options()[place];
    if (!marked) return field().removeAttribute("aria-activedescendant");
    field().setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  }

  function close() {
    clearTimeout(announcing);
    if (!open()) return;
    list().hidden = true;
    list().replaceChildren();
    mark(-1);
  }

  function choose(question) {
    field().value = question;
    close();
    field().form.requestSubmit();
  }

  function press(event) {
    const count = options().length;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      // The field is one of the places one comes by.
      mark(((active + 1 + moves[event.key] + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && active >= 0 && !event.shiftKey) {
      choose(options()[active].textContent);
    } else {
      if (event.key === "Tab" || event.key === "Enter") close();
      else if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) mark(-1);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("focusin", (event) => {
    if (event.target === field()) fetchOnce(event.target.form.dataset.offers);
  });
  document.addEventListener("focusout", (event) => event.target === field() && close());
  document.addEventListener("input", (event) => event.target === field() && offer());
  // Before the page's own listener, for which Enter sends what is typed.
  document.addEventListener("keydown", (event) => event.target === field() && open() && !event.isComposing && press(event), true);
  // The field keeps the focus, and with it the keys, when an option is pressed.
  document.addEventListener("mousedown", (event) => event.target.closest("#offers") && event.preventDefault());
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("#offers li");
    if (chosen) choose(chosen.textContent);
  });
}
