import { readServerClock } from "../shared/api.js";
import { byId } from "../shared/element.js";
import { takeToken } from "./buyer.js";
import { findSale, watchForNext } from "./find-sale.js";
import { openShop } from "./shop.js";

const CLOCK_EVERY_MS = 60_000;

takeToken();
addEventListener("hashchange", () => {
  if (takeToken()) location.reload();
});

// Twice: the first answer pays for the connection as well.
void readServerClock().then(readServerClock);
setInterval(() => void readServerClock(), CLOCK_EVERY_MS);

const words = byId("lookout-words", HTMLElement);
words.textContent = "Looking for the sale …";
const sale = await findSale((sentence) => {
  if (words.textContent !== sentence) words.textContent = sentence;
});
byId("lookout", HTMLElement).hidden = true;
const { page, status } = openShop(sale);
watchForNext(sale.productId, () => status() === "ended", page.showNextSale);
