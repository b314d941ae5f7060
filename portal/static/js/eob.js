// A paper EOB's line tells while it is typed whether it balances; the server says the same when it is saved.
"use strict";

const cents = (text) => {
  const found = /^\s*([-−]?)\s*\$?\s*([\d,]*)(?:\.(\d{0,2}))?\s*$/.exec(text);
  if (!found) return NaN;
  const whole = Number(found[2].replaceAll(",", "") || "0") * 100 + Number((found[3] || "").padEnd(2, "0"));
  return found[1] ? -whole : whole;
};

const dollars = (amount) =>
  (amount < 0 ? "-" : "") + "$" + (Math.abs(amount) / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });

for (const line of document.querySelectorAll("[data-balance]")) {
  const rest = line.querySelector("[data-rest]");
  const paid = line.querySelector("input[name$='-paid']");
  rest.setAttribute("role", "status");
  line.addEventListener("input", () => {
    const off = [...line.querySelectorAll("[data-off]")].map((box) => cents(box.value));
    const left = off.reduce((sum, one) => sum - one, Number(line.dataset.balance)) - cents(paid.value);
    if (Number.isNaN(left)) rest.textContent = "An amount is not readable yet.";
    else rest.textContent = left === 0 && paid.value.trim() ? "Balances." : `${dollars(left)} not explained.`;
  });
}
