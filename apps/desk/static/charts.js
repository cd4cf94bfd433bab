// Charts: what the table says about the point under the pointer, or the one chosen with the keys of the slider
// below a chart. And a page that shows what is published shows the next build when it comes.
"use strict";

(() => {
  const OFTEN_MILLISECONDS = 20_000;
  document.documentElement.classList.add("scripted");

  // The table is the one place where a chart's numbers are written.
  function rowOf(chart, point) {
    const heads = [...chart.querySelectorAll("thead th")].slice(1).map((head) => head.textContent);
    const row = chart.querySelectorAll("tbody tr")[point];
    if (!row) return null;
    const values = [...row.querySelectorAll("td")].map((cell, index) => [heads[index], cell.textContent]);
    return { name: row.querySelector("th").textContent, values };
  }

  function read(chart, point) {
    const slider = chart.querySelector(".reader input");
    const found = rowOf(chart, point);
    if (!slider || !found) return;
    slider.value = point;
    slider.setAttribute("aria-valuetext", `${found.name}: ${found.values.map(([name, value]) => `${name} ${value}`).join(", ")}`);
    const at = (100 * (point + 0.5)) / (Number(slider.max) + 1);
    for (const line of chart.querySelectorAll(".cursor")) {
      line.setAttribute("x1", `${at}%`);
      line.setAttribute("x2", `${at}%`);
    }
    const tip = chart.querySelector(".tip");
    tip.replaceChildren(Object.assign(document.createElement("b"), { textContent: found.name }));
    for (const [name, value] of found.values) {
      const line = document.createElement("span");
      line.append(Object.assign(document.createElement("i"), { textContent: name }), value);
      tip.append(line);
    }
    tip.hidden = false;
    chart.classList.add("reading");
    const plot = chart.querySelector(".hit").getBoundingClientRect();
    const drawing = chart.querySelector(".drawing").getBoundingClientRect();
    const x = plot.left - drawing.left + (plot.width * at) / 100;
    const left = at > 50 ? x - tip.offsetWidth - 12 : x + 12;
    tip.style.left = `${Math.max(0, Math.min(left, drawing.width - tip.offsetWidth))}px`;
  }

  function leave(chart) {
    const tip = chart.querySelector(".tip");
    if (tip) tip.hidden = true;
    chart.classList.remove("reading");
  }

  const chartOf = (event) => (event.target instanceof Element ? event.target.closest(".chart") : null);

  document.addEventListener("pointermove", (event) => {
    const frame = event.target instanceof Element ? event.target.closest(".frame") : null;
    for (const other of document.querySelectorAll(".reading")) {
      if (!frame && !other.contains(document.activeElement)) leave(other);
    }
    if (!frame) return;
    const chart = frame.closest(".chart");
    const plot = frame.querySelector(".hit").getBoundingClientRect();
    const count = Number(chart.querySelector(".reader input").max) + 1;
    const point = Math.floor(((event.clientX - plot.left) / plot.width) * count);
    read(chart, Math.max(0, Math.min(count - 1, point)));
  });

  for (const name of ["input", "focusin"]) {
    document.addEventListener(name, (event) => {
      if (event.target.matches(".reader input")) read(chartOf(event), Number(event.target.value));
    });
  }
  document.addEventListener("focusout", (event) => {
    if (event.target.matches(".reader input")) leave(chartOf(event));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll(".reading").forEach(leave);
  });

  // What somebody has opened or chosen stays as it is.
  function exchange(old, fresh) {
    for (const open of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector(`#${CSS.escape(open.id)}`);
      if (same) same.open = true;
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const value = focused && focused.type === "range" ? focused.value : null;
    old.replaceWith(fresh);
    const same = focused && focused.id ? document.getElementById(focused.id) : null;
    if (!same) return;
    if (value !== null) same.value = value;
    same.focus({ preventScroll: true });
  }

  const shown = new Map();

  async function renew(which) {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll(which)) {
      const name = old.id || old.localName;
      const fresh = old.id ? page.getElementById(old.id) : page.querySelector(old.localName);
      // What is the same stays: somebody may be pointing at it.
      if (!fresh || fresh.outerHTML === shown.get(name)) continue;
      shown.set(name, fresh.outerHTML);
      exchange(old, fresh);
    }
  }

  document.addEventListener("build", () => renew("[data-renew], footer").catch(() => {}));
  // What changes without a build: a window that failed, a sync, a decision.
  setInterval(() => {
    if (!document.hidden && document.querySelector("[data-renew=often]")) renew("[data-renew=often]").catch(() => {});
  }, OFTEN_MILLISECONDS);
})();
