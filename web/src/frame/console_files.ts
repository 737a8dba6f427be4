import type { FileSystem } from "./start_python.ts";

/** Where the files that were dropped on the console lie for Python, read where they are and never copied. */
const PLACE = "/files";

/**
 * Lets Python read the page's files by their names. They stay on the person's disk: each read takes just the bytes that
 * it asks for, and at once, for a Worker may wait for a file.
 *
 * Gives back a function that shares these files and no others, and says their names.
 */
export function shareFiles(fs: FileSystem): (files: File[]) => string[] {
  let mounted = false;
  const share = (files: File[]): string[] => {
    if (mounted) fs.unmount(PLACE);
    fs.mkdirTree(PLACE);
    fs.mount(fs.filesystems.WORKERFS, { files }, PLACE);
    mounted = true;
    return files.map(({ name }) => name);
  };
  share([]); // takes hold of the reader, before the Worker's scope is narrowed
  return share;
}
