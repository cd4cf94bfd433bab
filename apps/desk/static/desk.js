// Decisions by mouse and keyboard. A decision is sent a moment after it was made, so that it can be
// undone until then; once sent it can only be revised.
"use strict";

(() => {
  const UNDO_MILLISECONDS = 5000;
  const NAME_KEY = "decided-by";
  const { currency } = document.body.dataset;
  const waiting = new Map(); // by order: what is sent when its time has come
  let chosenOrder = null; // that keys act on; it stays chosen when the list is replaced

  const nameField = document.getElementById("decided-by");
  if (nameField) {
    nameField.value = localStorage.getItem(NAME_KEY) || "";
    nameField.addEventListener("change", () => localStorage.setItem(NAME_KEY, nameField.value));
  }

  function notify(text, { bad = false, undo = null } = {}) {
    const notice = document.createElement("div");
    notice.className = bad ? "notice bad" : "notice";
    const words = document.createElement("span");
    words.textContent = text;
    notice.append(words);
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Undo";
      button.addEventListener("click", undo);
      notice.append(button);
    }
    document.getElementById("notices").append(notice);
    if (!undo) setTimeout(() => notice.remove(), 2 * UNDO_MILLISECONDS);
    return notice;
  }

  function rowsOf(order) {
    return [...document.querySelectorAll("[data-order]")].filter((row) => row.dataset.order === order);
  }

  function show(order, state) {
    for (const row of rowsOf(order)) {
      row.classList.toggle("waiting", state === "waiting");
    }
  }

  function verdictOf(decision) {
    const what = decision.refund_class === "none" ? "Denied" : `${currency}${decision.amount_usd} refunded`;
    return decision.decided_by ? `${what} by ${decision.decided_by}` : what;
  }

  function showDecision(decision) {
    for (const row of rowsOf(decision.order_id)) {
      row.dataset.revises = decision.id;
      row.classList.remove("waiting", "pending");
      row.classList.add("decided");
      const actions = row.querySelector(".actions");
      const verdict = document.createElement("span");
      verdict.className = "verdict";
      verdict.textContent = verdictOf(decision);
      actions.replaceChildren(verdict, ...actions.querySelectorAll("a"));
    }
  }

  function messageOf(answer, status) {
    if (typeof answer.detail === "string") return answer.detail;
    if (Array.isArray(answer.detail)) return answer.detail.map((each) => each.msg).join("; ");
    return `The desk answered ${status}.`;
  }

  async function send(order) {
    const { decision, notice, timer } = waiting.get(order);
    clearTimeout(timer);
    waiting.delete(order);
    notice.remove();
    try {
      const response = await fetch("/api/refunds", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(decision),
        keepalive: true, // it arrives even if the page is left now
      });
      const answer = await response.json();
      if (response.status === 201) {
        showDecision(answer);
        notify(`Order ${order}: ${verdictOf(answer)}.`);
      } else if (response.status === 409) {
        showDecision(answer.decision);
        notify(`Order ${order} was decided already: ${verdictOf(answer.decision)}.`, { bad: true });
      } else {
        show(order, "open");
        notify(`Order ${order} is not decided: ${messageOf(answer, response.status)}`, { bad: true });
      }
    } catch {
      show(order, "open");
      notify(`Order ${order} is not decided: the desk does not answer.`, { bad: true });
    }
  }

  function undo(order) {
    const { notice, timer } = waiting.get(order);
    clearTimeout(timer);
    waiting.delete(order);
    notice.remove();
    show(order, "open");
    notify(`Order ${order}: undone.`);
  }

  function decide(row, amount, refundClass, reason) {
    const order = row.dataset.order;
    if (waiting.has(order)) return;
    const decision = { order_id: order, amount_usd: amount, refund_class: refundClass, reason };
    if (nameField && nameField.value.trim()) decision.decided_by = nameField.value.trim();
    if (row.dataset.revises) decision.revises = Number(row.dataset.revises);
    const what = refundClass === "none" ? "no refund" : `refund of ${currency}${amount}`;
    const notice = notify(`Order ${order}: ${what}.`, { undo: () => undo(order) });
    const timer = setTimeout(() => send(order), UNDO_MILLISECONDS);
    waiting.set(order, { decision, notice, timer });
    show(order, "waiting");
  }

  function act(row, action) {
    if (!row || row.classList.contains("waiting")) return;
    if (action === "change") {
      const form = document.getElementById("change");
      if (form) form.querySelector("input").focus();
      else window.location.assign(`/orders/${encodeURIComponent(row.dataset.order)}#change`);
      return;
    }
    if (!row.querySelector(`[data-action="${action}"]`)) return;
    if (action === "approve") decide(row, row.dataset.usd, row.dataset.class, row.dataset.reason);
    else decide(row, "0.00", "none", `Denied although suggested: ${row.dataset.reason}`);
    if (row.matches("li")) choose(1);
  }

  function classOf(amount, revenue) {
    if (Number(amount) === 0) return "none";
    return revenue && Number(amount) === Number(revenue) ? "full" : "partial";
  }

  // The row that keys act on: that with the focus, on the page of an order its only one.
  function chosenRow() {
    return document.activeElement.closest("li.row") || document.querySelector("li.row.chosen, .row.single");
  }

  function choose(step) {
    const rows = [...document.querySelectorAll("li.row")];
    if (!rows.length) return;
    const now = rows.indexOf(chosenRow());
    const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
    chosenOrder = next.dataset.order;
    for (const row of rows) row.classList.toggle("chosen", row === next);
    next.focus();
  }

  // A list that a filter has replaced is another list of the same orders.
  function restore() {
    for (const order of waiting.keys()) show(order, "waiting");
    if (!chosenOrder || document.querySelector("li.row.chosen")) return;
    const row = rowsOf(chosenOrder)[0];
    if (!row) return;
    row.classList.add("chosen");
    if (document.activeElement === document.body) row.focus();
  }

  new MutationObserver(restore).observe(document.getElementById("main"), { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action]");
    if (button) act(button.closest("[data-order]"), button.dataset.action);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "change") return;
    event.preventDefault();
    const row = event.target.closest("[data-order]");
    const amount = Number(event.target.elements.amount.value).toFixed(2);
    decide(row, amount, classOf(amount, row.dataset.revenue), event.target.elements.reason.value);
  });

  const KEYS = {
    j: () => choose(1),
    k: () => choose(-1),
    a: () => act(chosenRow(), "approve"),
    d: () => act(chosenRow(), "deny"),
    e: () => act(chosenRow(), "change"),
    u: () => { if (waiting.size) undo([...waiting.keys()].at(-1)); },
    "/": () => document.getElementById("q")?.focus(),
    Enter: () => chosenRow()?.querySelector("a[href]")?.click(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  // What was decided counts, even if the page is left within the moment for undoing it.
  window.addEventListener("pagehide", () => { for (const order of [...waiting.keys()]) send(order); });
})();
