// Comes before everything else in a sabotaged process (node --import): lines of modules are changed as they are loaded, lines of
// scripts as they are read. What is to be changed is in SABOTAGE.
import fs from "node:fs";
import { register, syncBuiltinESMExports } from "node:module";
import { editedFile, type Edit } from "./sabotage.js";

const edits = JSON.parse(process.env.SABOTAGE ?? "[]") as Edit[];
register(new URL("./sabotage-hooks.js", import.meta.url), { data: edits });

const read = fs.readFileSync;
const readEdited = (path: fs.PathOrFileDescriptor, options?: Parameters<typeof read>[1]): string | Buffer => {
  const text = read(path, options);
  const name = path instanceof URL ? path.pathname : String(path);
  return typeof text === "string" && name.endsWith(".lua") ? editedFile(name, text, edits) : text;
};
fs.readFileSync = readEdited as typeof read;
syncBuiltinESMExports();
