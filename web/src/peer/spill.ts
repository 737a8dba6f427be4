/**
 * Where a page's blocks go that memory should not hold: files private to this origin, of no use to a later page.
 *
 * Each life of a page has a place of its own, removed when it leaves. A page that dies removes nothing, so the next one
 * sweeps: a lock (or an open database) that ends with its page tells the living from the dead.
 */
export interface Spill {
  /** Writes bytes under a fresh name; the Blob reads them from disk, as long as they are there. Rejects when it cannot. */
  write(name: string, data: Uint8Array): Promise<Blob>;
  /** Removes what was written under a name, sometime. */
  remove(name: string): void;
  /** Removes everything, sometime. */
  end(): void;
}

/** All places begin with this, whoever's they are. */
const PREFIX = "tabswarm-blocks-";
const STORE = "blocks";

/** A fresh place for this page: OPFS, else IndexedDB, else null. */
export async function openSpill(): Promise<Spill | null> {
  const name = PREFIX + Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  for (const open of [openFiles, openDatabase]) {
    try {
      const spill = await open(name);
      if (spill) return spill;
    } catch (error) {
      console.warn("no place for blocks:", error);
    }
  }
  return null;
}

/** Removes what pages left that died. */
export async function sweepSpills(): Promise<void> {
  await Promise.allSettled([sweepFiles(), sweepDatabases()]);
}

function canWriteFiles(): boolean {
  // Off secure origins a browser has no `storage` and no `locks`; older Safaris write files in Workers only.
  return (
    typeof navigator.storage?.getDirectory === "function" &&
    typeof navigator.locks?.request === "function" &&
    "createWritable" in FileSystemFileHandle.prototype
  );
}

async function openFiles(name: string): Promise<Spill | null> {
  if (!canWriteFiles()) return null;
  const { promise: over, resolve: release } = Promise.withResolvers<void>();
  // The lock comes first: a folder without one is a dead page's.
  await new Promise<void>((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        resolve();
        return over;
      })
      .catch(reject);
  });
  let root: FileSystemDirectoryHandle;
  let folder: FileSystemDirectoryHandle;
  try {
    root = await navigator.storage.getDirectory();
    folder = await root.getDirectoryHandle(name, { create: true });
  } catch (error) {
    release();
    throw error;
  }
  return {
    write: async (file, data) => {
      const handle = await folder.getFileHandle(file, { create: true });
      const writable = await handle.createWritable();
      try {
        await writable.write(data as Uint8Array<ArrayBuffer>);
        await writable.close();
      } catch (error) {
        await writable.abort().catch(() => {});
        await folder.removeEntry(file).catch(() => {});
        throw error;
      }
      return handle.getFile();
    },
    remove: (file) => void folder.removeEntry(file).catch(() => {}),
    end: () =>
      void root
        .removeEntry(name, { recursive: true })
        .catch(() => {})
        .finally(release),
  };
}

async function sweepFiles(): Promise<void> {
  if (!canWriteFiles()) return;
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys())
    if (name.startsWith(PREFIX))
      await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock) await root.removeEntry(name, { recursive: true }).catch(() => {});
      });
}

async function openDatabase(name: string): Promise<Spill | null> {
  if (typeof indexedDB === "undefined") return null;
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  // It hears of another page's sweep by `versionchange`, and stays open: that is what keeps the database.
  const database = await answerOf(opening);
  const run = async (mode: IDBTransactionMode, order: (store: IDBObjectStore) => IDBRequest): Promise<unknown> => {
    const transaction = database.transaction(STORE, mode);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    const answer = answerOf(order(transaction.objectStore(STORE)));
    const [got] = await Promise.all([answer, promise]);
    return got;
  };
  return {
    write: async (key, data) => {
      await run("readwrite", (store) => store.put(new Blob([data as Uint8Array<ArrayBuffer>]), key));
      return (await run("readonly", (store) => store.get(key))) as Blob;
    },
    remove: (key) => void run("readwrite", (store) => store.delete(key)).catch(() => {}),
    end: () => {
      database.close();
      indexedDB.deleteDatabase(name);
    },
  };
}

/** Asks for the end of every page's database: a living page's stays until that page has left. */
async function sweepDatabases(): Promise<void> {
  if (typeof indexedDB === "undefined" || !indexedDB.databases) return;
  for (const { name } of await indexedDB.databases())
    if (name?.startsWith(PREFIX)) indexedDB.deleteDatabase(name).onerror = (event) => event.preventDefault();
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
