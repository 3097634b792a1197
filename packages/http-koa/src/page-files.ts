import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import { etagOf } from "./answer.js";
import type { SentFile } from "./send-file.js";

/**
 * The pages for people: the storefront and the admin console. The build bundles them from `web/` and lays them beside this file; here
 * each script and style sheet gets a name that changes with its content, and all of them are compressed, once.
 */

export type PageName = "storefront" | "admin";

export interface PageFiles {
  readonly pages: Readonly<Record<PageName, SentFile>>;
  /** By the name in `/assets/`: these and no others, no path leads anywhere else. */
  readonly assets: ReadonlyMap<string, SentFile>;
}

const TYPES = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
} as const;
const HASH_LENGTH = 10;

let found: Promise<PageFiles> | null = null;

/** Read when they are first asked for, and kept. */
export function pageFiles(): Promise<PageFiles> {
  found ??= readPageFiles().catch((fault: unknown) => {
    found = null;
    throw fault;
  });
  return found;
}

async function readPageFiles(): Promise<PageFiles> {
  const assets = new Map<string, SentFile>();
  const readPage = async (page: PageName): Promise<SentFile> => {
    let html = await read(`${page}.html`);
    for (const extension of ["js", "css"] as const) {
      const content = await read(`${page}.${extension}`);
      const name = `${page}-${hashOf(content)}.${extension}`;
      assets.set(name, await compressed(TYPES[extension], content));
      // Without the leading slash: the page finds its files also where the app is mounted below a prefix.
      html = html.replaceAll(`"/assets/${page}.${extension}"`, `"assets/${name}"`);
    }
    return compressed(TYPES.html, html);
  };
  const [storefront, admin] = await Promise.all([readPage("storefront"), readPage("admin")]);
  return { pages: { storefront, admin }, assets };
}

function read(name: string): Promise<string> {
  return readFile(new URL(`./pages/${name}`, import.meta.url), "utf8");
}

function hashOf(content: string): string {
  return etagOf(content)
    .replaceAll(/[^a-zA-Z0-9]/g, "")
    .slice(0, HASH_LENGTH);
}

async function compressed(type: string, content: string): Promise<SentFile> {
  const [br, gz] = await Promise.all([promisify(brotliCompress)(content), promisify(gzip)(content)]);
  return {
    ...{ type, content },
    compressed: [
      { encoding: "br", content: br },
      { encoding: "gzip", content: gz },
    ],
  };
}
