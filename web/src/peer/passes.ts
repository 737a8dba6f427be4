/**
 * Who may have an application's blocks: whoever shows its pass (`Pass` in wire/messages.py), a secret of the
 * coordinator's that it tells to the application's driver and to volunteers that work for it. A request shows the
 * passes of what it asks for, on whichever way it comes; a holder compares, and asks nobody.
 */
export class Passes {
  private readonly secrets = new Map<string, string>();

  learn(application: string, secret: string): void {
    this.secrets.set(application, secret);
  }

  /** An application is over; without one, all are. */
  forget(application?: string): void {
    if (application === undefined) this.secrets.clear();
    else this.secrets.delete(application);
  }

  /** What to show for blocks of these applications, as far as we know it. */
  of(applications: Iterable<string>): Record<string, string> {
    const shown: [string, string][] = [];
    for (const application of new Set(applications)) {
      const secret = this.secrets.get(application);
      if (secret) shown.push([application, secret]);
    }
    return Object.fromEntries(shown);
  }

  /** Whether what was shown opens that application's blocks. Without its pass nobody is served. */
  opens(application: string, shown: Readonly<Record<string, string>>): boolean {
    const secret = this.secrets.get(application);
    return Boolean(secret) && Object.hasOwn(shown, application) && shown[application] === secret;
  }
}
