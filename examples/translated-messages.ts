// Refusals and faults in another language. Every one has a code that stays; the English message is one translation of it.
//   node examples/dist/translated-messages.js
import { codeOf, codeOfFault, createFlashSale, SALE_MESSAGES, type SaleCode } from "@flash-sale/core";
import { createMemoryAdapters } from "@flash-sale/core/memory";

/** A code that is missing here does not compile: so after an upgrade the compiler says what is to be translated. */
const GERMAN: Readonly<Record<SaleCode, string>> = {
  INVALID_REQUEST: "Die Anfrage ist ungültig.",
  SALE_NOT_STARTED: "Der Verkauf hat noch nicht begonnen.",
  SALE_ENDED: "Der Verkauf ist beendet.",
  PRICE_CHANGED: "Der Preis hat sich geändert.",
  PURCHASE_IN_PROGRESS: "Ein Kauf dieses Artikels läuft bereits.",
  ALREADY_PURCHASED: "Mehr Stück darf ein Käufer nicht besitzen.",
  SOLD_OUT: "Es sind weniger Stück übrig als gewünscht.",
  IDEMPOTENCY_KEY_REUSED: "Dieser Schlüssel gehört zu einem anderen Kauf.",
  PRODUCT_NOT_FOUND: "Diesen Artikel gibt es nicht.",
  ORDER_NOT_FOUND: "Diese Bestellung gibt es nicht.",
  TOTAL_TOO_LOW: "Die Gesamtzahl darf nicht unter dem liegen, was verkauft oder reserviert ist.",
  OVERLOADED: "Zu viele Käufe auf einmal. Es wurde nichts verkauft; bitte noch einmal versuchen.",
  UNAVAILABLE: "Der Verkauf ist gerade nicht erreichbar.",
  INTERNAL: "Etwas Unvorhergesehenes ist geschehen.",
};

const messagesOf: Readonly<Record<string, Readonly<Record<SaleCode, string>>>> = { de: GERMAN, en: SALE_MESSAGES };

const sale = createFlashSale(createMemoryAdapters());
const { id: productId } = await sale.createProduct({ name: "Console", price: 499, totalQuantity: 2 });

for (const userId of ["ada", "ada", "ben", "cleo"]) {
  // Null: nothing was refused.
  const code = codeOf(await sale.purchase({ productId, userId }));
  for (const [language, messages] of Object.entries(messagesOf))
    console.log(`${userId} (${language}): ${code === null ? "OK" : `${code}: ${messages[code]}`}`);
}

// What throws has a code as well. It says of a request that nothing was asked of any store, and `field` what is wrong with it.
try {
  await sale.purchase({ productId, userId: "ada", quantity: 0 });
} catch (fault) {
  console.log(GERMAN[codeOfFault(fault)]);
}

await sale.close();
