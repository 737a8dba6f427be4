/** What the installed app is called; and how it looks before its page is there, in the colours of style.css. */
export const app = {
  name: "tabswarm: lend this device",
  short_name: "tabswarm",
  description: "Computes small pieces of larger jobs while you let it.",
  display: "standalone",
  background_color: "#fdfcfa",
  theme_color: "#14532d",
};

/** What the installed app shows where the coordinator cannot be reached. */
export const offline = {
  title: "tabswarm",
  line: "The coordinator cannot be reached. Nothing runs on this device. Open the app again when the network is back.",
};
