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

// The claim's own line says what all of its lines pay, and how many are still open.
const all = [...document.querySelectorAll("[data-balance]")];
const whole = document.querySelector("[data-claim]");

const left = (line) => {
  const off = [...line.querySelectorAll("[data-off]")].map((box) => cents(box.value));
  return off.reduce((sum, one) => sum - one, Number(line.dataset.balance)) - cents(line.querySelector("input[name$='-paid']").value);
};
const typed = (line) => line.querySelector("input[name$='-paid']").value.trim() !== "";

function tell(line) {
  const rest = line.querySelector("[data-rest]");
  if (Number.isNaN(left(line))) rest.textContent = "An amount is not readable yet.";
  else rest.textContent = left(line) === 0 && typed(line) ? "Balances." : `${dollars(left(line))} not explained.`;
  const paid = all.reduce((sum, one) => sum + cents(one.querySelector("input[name$='-paid']").value), 0);
  const open = all.filter((one) => !typed(one) || left(one) !== 0).length;
  if (!Number.isNaN(paid)) whole.textContent = `The claim pays ${dollars(paid)}. ` + (open ? `Lines that do not balance yet: ${open}.` : "Every line balances.");
}

for (const line of all) {
  line.querySelector("[data-rest]").setAttribute("role", "status");
  line.addEventListener("input", () => tell(line));
}
