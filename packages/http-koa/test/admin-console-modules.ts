import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A file of the console as the build bundles it, run here: plain functions need no page. */
export async function consoleModule(name: string): Promise<unknown> {
  const file = fileURLToPath(new URL(`../web/admin/${name}.ts`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, format: "esm", write: false });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${code}`);
}
