// Staff keys: / search, j and k move in a table, x ticks the row,
// Enter opens the row's first link, Escape leaves a field, ? lists the keys; a link or field with data-key is opened or entered by that key.
"use strict";

const rows = () => [...document.querySelectorAll("table[data-rows-open] tbody tr")];
// The arrows move rows on the calendar, once a row is reached; everywhere else they scroll.
const moving = () => document.querySelector("[data-arrows]") && rows().some((row) => row.contains(document.activeElement));
const typing = (element) => element.matches("input, select, textarea, [contenteditable]");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  for (const row of all) row.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  const link = next.querySelector("a[href]");
  if (link) link.focus();
  next.scrollIntoView({ block: "nearest" });
}

// On a phone a row of tabs may be wider than the screen: the one that is open is in sight.
for (const here of document.querySelectorAll(".staff-nav [aria-current]")) {
  const list = here.closest(".staff-nav");
  list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.clientWidth) / 2;
}

// A head of the menu closes when one goes elsewhere, and by Escape, which leaves one on it.
const open = () => document.querySelector(".menu-group[open]");
document.addEventListener("click", (event) => {
  if (open() && !open().contains(event.target)) open().open = false;
});
document.addEventListener("focusin", (event) => {
  if (open() && !open().contains(event.target)) open().open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open()) return;
  const head = open().querySelector("summary");
  open().open = false;
  head.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    const search = document.getElementById("search");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "ArrowDown" && moving()) { event.preventDefault(); move(1); }
  else if (event.key === "ArrowUp" && moving()) { event.preventDefault(); move(-1); }
  else if (event.key === "x") document.querySelector('tr[aria-current="true"] input[type=checkbox]')?.click();
  else if (event.key === "?") document.getElementById("all-keys")?.click();
  else if (/^[a-z0-9]$/.test(event.key)) {
    const wanted = document.querySelector(`[data-key="${event.key}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("a[href]")) wanted.click();
    else (wanted.querySelector("input:not([type=hidden]), select, textarea") || wanted).focus();
  }
});

// On a phone the menu and the tabs are pushed sideways: what one is on must not lie outside.
for (const link of document.querySelectorAll('.staff-nav [aria-current="page"]')) {
  const list = link.closest("ul");
  list.scrollLeft = link.offsetLeft - (list.offsetLeft + (list.clientWidth - link.offsetWidth) / 2);
}

// Files may be dropped on the field that chooses them; it lists what it holds. Without this the field works alone.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]"), list = document.createElement("ul");
  list.setAttribute("aria-live", "polite");
  zone.append(list);
  const tell = () => list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name}, ${Math.ceil(file.size / 1024).toLocaleString("en-US")} kB`;
    return item;
  }));
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("notice-info", name === "dragenter" || name === "dragover");
    });
  }
  zone.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    tell();
  });
}

// The figures of the worklists stay true while a page is open. Nobody need be there, so that keeps no session alive.
const lists = document.querySelector("[data-live-counts]");
if (lists) {
  const recount = async () => {
    const answer = await fetch(lists.dataset.liveCounts, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok || !answer.headers.get("content-type")?.includes("json")) return;
    const counts = await answer.json();
    for (const figure of lists.querySelectorAll("[data-live]")) figure.textContent = counts[figure.dataset.live] ?? 0;
  };
  setInterval(recount, 60_000);
}
