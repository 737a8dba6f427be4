/** What the console's frame says: header, tabs, connection. Each view has its own file. */
export const shell = {
  untitled: "A swarm",
  pageTitle: (title: string) => `${title} – tabswarm`,
  brand: "tabswarm",
  views: { notebook: "Notebook", swarm: "Swarm", jobs: "Jobs", storage: "Storage" },
  viewsLabel: "Views",
  besideLabel: "Swarm and jobs",
  invite: "Invite",
  close: "Close",
  inviteHeading: "Invite volunteers",
  inviteWhat: "Whoever opens this link can lend a tab's computing power. It lets them compute, and nothing else.",
  inviteLink: "Invite link",
  noInviteYet: "The invite link comes as soon as this page is connected.",
  copy: "Copy",
  copied: "Copied",
  connection: {
    "no-link": "No link",
    connecting: "Connecting …",
    open: "Connected",
    gone: "Out of reach; trying again",
    refused: "Not let in",
    "taken-over": "Opened elsewhere",
  },
  noLink: {
    heading: "This page needs a driver link",
    more: "A driver link ends in #… and a long code. Open the whole link as tabswarm printed it (tabswarm serve), or ask whoever runs the swarm.",
  },
  refused: {
    heading: "This link is not valid",
    more: "It may have been withdrawn, or a part of it was lost on its way. Open the whole driver link again.",
    reason: (reason: string) => `The coordinator says: ${reason}`,
  },
};
