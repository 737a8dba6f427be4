/** Connections that a tab keeps at a time. */
export const MOST_ALIVE = 32;
/** Connections that a tab makes in its life; Chromium allows 500, closed ones included. */
export const MOST_EVER = 480;

/**
 * Which connections to keep: so many at a time, the least recently used idle one goes first, and so many ever.
 *
 * A connection that is opening or moving bytes is never closed for another.
 */
export class Pool<T extends { readonly idle: boolean }> {
  private readonly byPeer = new Map<string, T>();
  private made = 0;

  constructor(
    private readonly alive = MOST_ALIVE,
    private readonly ever = MOST_EVER,
  ) {}

  get(peer: string): T | undefined {
    return this.byPeer.get(peer);
  }

  get all(): readonly T[] {
    return [...this.byPeer.values()];
  }

  get peers(): readonly string[] {
    return [...this.byPeer.keys()];
  }

  /**
   * Whether one more may be made, and at the price of which other.
   *
   * @returns what has to be closed first (null: nothing), or undefined: there is no room
   */
  room(): T | null | undefined {
    if (this.made >= this.ever) return undefined;
    if (this.byPeer.size < this.alive) return null;
    return this.all.find(({ idle }) => idle);
  }

  /** One was made. */
  add(peer: string, connection: T): void {
    this.made += 1;
    this.byPeer.set(peer, connection);
  }

  /** It was just of use. */
  touch(peer: string): void {
    const connection = this.byPeer.get(peer);
    if (!connection) return;
    this.byPeer.delete(peer);
    this.byPeer.set(peer, connection);
  }

  /** It is over; a newer one of the same peer's stays. */
  remove(peer: string, connection: T): void {
    if (this.byPeer.get(peer) === connection) this.byPeer.delete(peer);
  }
}
