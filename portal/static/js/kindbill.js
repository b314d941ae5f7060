// Small comforts; every page works without them.
"use strict";

// A menu closes when one presses Escape or elsewhere.
const menu = document.querySelector("details.menu");
if (menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// The summary of errors is where reading starts after a form came back.
document.getElementById("errors")?.focus();

// A second press while the first is on its way does nothing; the server would treat it as the same one anyway.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Whoever types a long password may look at it: one button for all boxes of a form (ID-6).
for (const form of document.forms) {
  const boxes = form.querySelectorAll("input[type=password]");
  const last = boxes.length && boxes[boxes.length - 1].closest(".field");
  if (last) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet btn-small";
    button.textContent = document.body.dataset.showPassword;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") === "true";
      for (const box of boxes) box.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
    });
    form.addEventListener("submit", () => {
      for (const box of boxes) box.type = "password"; // so that no browser keeps it as plain text
    });
    last.append(button);
  }
}

// Before the session ends: a warning, and one button to stay.
const warning = document.getElementById("session-warning");
if (warning) {
  const warnAt = Number(warning.dataset.warn);
  const length = Number(warning.dataset.left);
  const latest = Date.now() + Number(warning.dataset.latest) * 1000; // no button moves this one
  let end = Date.now() + length * 1000;
  const tick = () => {
    const left = Math.round((end - Date.now()) / 1000);
    if (left <= 0) {
      window.location.reload(); // the server answers with the sign-in page
      return;
    }
    warning.hidden = left > warnAt;
    if (left <= warnAt) document.getElementById("session-left").textContent = `${left} seconds`;
  };
  const timer = setInterval(tick, 1000);
  document.getElementById("session-stay").addEventListener("click", async () => {
    const answer = await fetch(warning.dataset.ping, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok) end = Math.min(Date.now() + length * 1000, latest);
    warning.hidden = true;
  });
  window.addEventListener("pagehide", () => clearInterval(timer));
}

// A page that waits for a job looks again by itself.
const waiting = document.querySelector("[data-waiting]");

// Nobody need be there when a page asks by itself, so that must not keep the session alive.
async function look() {
  const quiet = new URL(location.href);
  quiet.searchParams.set("unattended", "1");
  const answer = await fetch(quiet).catch(() => null);
  // A page that tells how far it is has a step: it loads anew when that moves.
  const same = waiting.dataset.step ? `data-step="${waiting.dataset.step}"` : "data-waiting";
  if (answer?.ok && (await answer.text()).includes(same)) lookLater();
  else location.reload();
}

function lookLater() {
  setTimeout(look, Number(waiting.dataset.waiting) * 1000);
}

if (waiting) lookLater();

// How long a time is still kept; the page says until when by itself, and the server decides.
const countdown = document.querySelector("[data-countdown]");
if (countdown) {
  const over = Date.now() + Number(countdown.dataset.countdown) * 1000;
  const show = () => {
    const left = Math.max(0, Math.round((over - Date.now()) / 1000));
    countdown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (!left) clearInterval(running);
  };
  const running = setInterval(show, 1000);
  show();
}

// A day far ahead is typed faster than turned to; the button keeps somebody who types from being led away too soon.
const jump = document.querySelector("[data-day-jump]");
if (jump) {
  const label = document.createElement("label");
  label.className = "form-label";
  label.htmlFor = "day-jump";
  label.textContent = jump.dataset.words;
  const box = document.createElement("input");
  Object.assign(box, { id: "day-jump", type: "date", min: jump.dataset.min, className: "form-control width-16" });
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-secondary btn-small", textContent: jump.dataset.press });
  button.addEventListener("click", () => {
    if (box.value) window.location.assign(jump.dataset.dayJump.replace("DAY", box.value));
  });
  jump.className = "field";
  jump.append(label, box, button);
}
