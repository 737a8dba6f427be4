import { createContext } from "preact";

/** Whether a job is drawn for a report: once, for a file without scripts, so nothing can be pressed in it. */
export const Still = createContext(false);
