/* While a publish is under way: look every second how far it is, and load the page anew when it is over. */
(() => {
  "use strict";
  const under = (part) => ["running", "cancelling"].includes(part?.dataset.state);
  const look = async () => {
    const here = document.getElementById("build");
    if (!under(here)) return;
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      const there = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("build");
      if (!under(there)) return location.replace(location.pathname);
      // Only what tells how far it is: a button that has the focus must stay.
      for (const name of ["[role=status]", "progress"]) here.querySelector(name).replaceWith(there.querySelector(name));
    } catch {
      /* The server did not answer; the next look may find it again. */
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
})();
