declare module "*?bundle" {
  /** The module and all that it imports, as the text of one ES module. */
  const text: string;
  export default text;
}
