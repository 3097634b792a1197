import { FolderInUse, holdDataFolder, type DataFolder } from "@flash-sale/adapters-postgres";
import { ContainerModule } from "inversify";
import { whoHolds } from "../control/server-file.js";
import { StoreUnreachable } from "../stores.js";
import { provide, token } from "./token.js";

/** The data folder, taken for this process: for the embedded database and the in-process inventory, whichever asks first. */
export const dataFolder = token<DataFolder>("data folder");

export const folderModule = (dataDir: string): ContainerModule =>
  new ContainerModule((load) => {
    provide(
      load,
      dataFolder,
      [],
      () => taken(dataDir),
      (folder) => folder.release(),
    );
  });

async function taken(dataDir: string): Promise<DataFolder> {
  try {
    return await holdDataFolder(dataDir);
  } catch (fault) {
    const store = `The data folder ${dataDir}`;
    if (!(fault instanceof FolderInUse)) throw new StoreUnreachable(store, "Make it writable, or set DATA_DIR", fault);
    const holder = new Error(whoHolds(dataDir) ?? fault.message);
    throw new StoreUnreachable(store, "Stop that process, or set DATA_DIR to another folder", holder);
  }
}
