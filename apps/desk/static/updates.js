// Listens for new builds and keeps ages honest. Pages listen to the event `build` of the document, whose
// `detail` is the number of a build that is newer than the page; what shows tables has their time in
// `data-age-of` and gets as text how long ago that was.
"use strict";

(() => {
  const AGAIN_MILLISECONDS = 3000;
  const LOST = "; the connection is lost, so this may be old";
  let known = document.body.dataset.build || null;
  let ahead = 0; // of the clock here, milliseconds; an age is counted by the clock of the desk
  let source = null;
  let again = null;
  let lost = false;

  function show(milliseconds) {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    if (seconds < 5) return "just now";
    if (seconds < 60) return `${seconds - (seconds % 5)} seconds ago`;
    for (const [name, length, until] of [["minute", 60, 60], ["hour", 3600, 48], ["day", 86400, Infinity]]) {
      const count = Math.floor(seconds / length);
      if (count < until) return `${count} ${name}${count === 1 ? "" : "s"} ago`;
    }
    return "";
  }

  function tick() {
    for (const element of document.querySelectorAll("[data-age-of]")) {
      const since = Date.parse(element.dataset.ageOf);
      if (Number.isNaN(since)) continue;
      const text = show(Date.now() - ahead - since) + (lost ? LOST : "");
      if (element.textContent !== text) element.textContent = text;
      element.classList.toggle("lost", lost);
    }
  }

  function setLost(value) {
    lost = value;
    document.documentElement.dataset.updates = lost ? "lost" : "heard";
    tick();
  }

  function hear(event) {
    const update = JSON.parse(event.data);
    ahead = Date.now() - Date.parse(update.now_ts);
    setLost(false);
    if (update.build === null || String(update.build) === known) return;
    known = String(update.build);
    document.dispatchEvent(new CustomEvent("build", { detail: update.build }));
  }

  function connect() {
    disconnect();
    source = new EventSource("/updates");
    source.addEventListener("build", hear);
    source.addEventListener("error", () => {
      setLost(true);
      // It tries again by itself, unless it was refused.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(connect, AGAIN_MILLISECONDS);
    });
  }

  function disconnect() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  // A browser opens six connections to a host: pages that nobody looks at hold none.
  function follow() {
    if (document.hidden) disconnect();
    else if (!source) connect();
  }

  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", follow);
  setInterval(tick, 1000);
  tick();
  follow();
})();
