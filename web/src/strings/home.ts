/** What the bare address of a coordinator says. */
export const home = {
  heading: "A swarm's coordinator",
  what: "Browser tabs and machines compute together here. This address alone opens nothing: each way in is a link of its own, ending in # and a long code.",
  invite: "Were you asked to lend your tab? Open the invite link that you were given.",
  driver:
    "Do you run jobs here? Open the driver link: it leads to the console. From your own machine, with the same link:",
  command: "tabswarm run JOB.py --master 'LINK'",
};
