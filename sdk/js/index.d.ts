/** A user: an id, or an id with what is known about them for targeting. */
export type User = string | { id: string; attributes?: Attributes };
export type AttributeValue = string | number | boolean | null | undefined | ReadonlyArray<string | number | boolean | null>;
export type Attributes = Readonly<Record<string, AttributeValue>>;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Why a user is in an experiment or not. */
export type Reason =
  | 'SPLIT' | 'OVERRIDE' | 'HOLDOUT' | 'TARGETING' | 'SLOT' | 'DROPPED' | 'KILLED'
  | 'UNKNOWN_EXPERIMENT' | 'INVALID_USER' | 'NO_SNAPSHOT' | 'FAILED';

/** What a user gets of one experiment. */
export interface Assignment {
  readonly experiment: string;
  /** `control` for who is not in the experiment. */
  readonly variant: string;
  /** The variant's config; `{}` if it has none. Shared by all calls: not to be changed. */
  readonly config: { readonly [name: string]: Json };
  readonly reason: Reason;
  readonly isIn: boolean;
}

/** What is the same for all users. */
export interface Experiment {
  readonly id: string;
  readonly key: string;
  readonly variants: ReadonlyArray<{ readonly key: string; readonly config: { readonly [name: string]: Json } }>;
}

/** `storage`: an earlier page's; `fixed`: the option `snapshot`. */
export type Source = 'network' | 'storage' | 'fixed' | 'none';

export interface ReadyState {
  readonly source: Source;
  /** Of the snapshot in use; 0 without one. */
  readonly version: number;
}

export interface ConfigChange extends ReadyState {
  /** Whose answers may have changed; all experiments if the snapshot did. */
  readonly experiments: readonly string[];
}

export interface TrackDetails {
  /** JSON; kept raw by the server, for export only. */
  properties?: { readonly [name: string]: unknown };
  /** Whose event it is; the client's user unless given. */
  user?: User;
  /** 1 to 128 printable ASCII characters: what has the same id counts once. Made up unless given. */
  id?: string;
  /** Epoch milliseconds; now unless given. */
  timestamp?: number;
}

/** offered + restored = delivered + dropped + rejected + queued */
export interface EventCounts {
  offered: number;
  /** Taken over from earlier pages. */
  restored: number;
  delivered: number;
  /** Lost: the queue was full, or the client is closed. */
  dropped: number;
  /** Refused, by the server or because they are malformed. */
  rejected: number;
  queued: number;
  /** How many batches have to be sent again. */
  retries: number;
}

export interface Stats extends ReadyState {
  /** The newest snapshot seen: the one of the next session. */
  newestVersion: number;
  emergencyVersion: number;
  events: EventCounts;
  config: {
    applied: number; notModified: number; older: number; unreadable: number; failed: number; storageErrors: number;
  };
  /** How many calls named an experiment that the snapshot has not. */
  unknownExperiments: number;
  /** How many exceptions were kept from the caller. */
  failures: number;
  lastError?: string;
}

/** Where things are stored: `localStorage`, or anything that looks like it. */
export interface StorageLike {
  readonly length: number;
  key(index: number): string | null;
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export interface Options {
  /** Where Assay is. Without it nothing is fetched or sent. */
  url?: string;
  /** A `client` key in a browser, a `server` key on a server. */
  key?: string;
  /** The user of calls that name none. In a browser an anonymous one unless given. */
  user?: User;
  /** A snapshot to begin with, as `/config` gives it; for this page, not for its session. */
  snapshot?: unknown;
  /** See {@link Client.setOverrides}. */
  overrides?: Readonly<Record<string, string>>;
  fetch?: typeof fetch;
  /** Instead of `localStorage`; null for none. A server has none unless given. */
  storage?: StorageLike | null;
  /** Instead of `sessionStorage`; null for no session: then what comes is in use at once. */
  session?: StorageLike | null;
  /** Between polls of the snapshot, ±10 %; 30,000. */
  configMillis?: number;
  /** Between polls of the emergency list, ±10 %; 3,000. */
  emergencyMillis?: number;
  /** How old a stored snapshot may be; 7 days. */
  maxAgeMillis?: number;
}

/** The calls about one user. None of them throws, waits or touches the network. */
export interface UserCalls {
  /** The variant's key; `control` on any trouble. Records the exposure, once. */
  getVariant(experiment: string): string;
  /** The variant, its config and why. Records nothing. */
  getAssignment(experiment: string): Assignment;
  /** The variant of every experiment that the user is in. Records nothing. */
  getAllAssignments(): Record<string, string>;
  /** Like `getVariant`, but records nothing. */
  peekVariant(experiment: string): string;
  /** Records that the user saw their variant, once. */
  logExposure(experiment: string): void;
  /** Records that something happened, with a value if there is one. False if it can't count. */
  track(event: string, value?: number | null, details?: Omit<TrackDetails, 'user'>): boolean;
}

export interface Client {
  /** Resolves when there is a snapshot, or after so many milliseconds (2,000) without; never rejects. */
  ready(options?: { timeout?: number }): Promise<ReadyState>;
  getVariant(experiment: string, user?: User): string;
  getAssignment(experiment: string, user?: User): Assignment;
  getAllAssignments(user?: User): Record<string, string>;
  peekVariant(experiment: string, user?: User): string;
  /** With a variant: that the user saw this one, which somebody else chose, such as the server. */
  logExposure(experiment: string, user?: User, variant?: string): void;
  track(event: string, value?: number | null, details?: TrackDetails): boolean;
  /** The same calls for one user, evaluated once per snapshot. */
  forUser(user: User): UserCalls;
  /** Another user from now on, or other attributes. */
  setUser(user: User): void;
  /** Variants by experiment, for trying things out; not measured. Takes the place of earlier ones. */
  setOverrides(overrides: Readonly<Record<string, string>> | null): void;
  /** An experiment of the snapshot in use, for those who build upon this. Not to be changed. */
  getExperiment(experiment: string): Experiment | undefined;
  /** Calls the listener when answers may have changed; returns how to stop that. */
  onConfigChange(listener: (change: ConfigChange) => void): () => void;
  stats(): Stats;
  /** Sends what waits; resolves when that is done or can't be done now, as after `Retry-After`. Never rejects. */
  flush(): Promise<EventCounts>;
  /** Sends what waits, for at most so many milliseconds (2,000), and stops. Answers stay what they are. */
  close(options?: { timeout?: number }): Promise<EventCounts>;
}

/** A client of one server. Never throws, whatever it is given. */
export function createClient(options?: Options): Client;

/**
 * Hides the page, or an element, until the client has a snapshot, and at most so many milliseconds (1,000). With a stored
 * snapshot nothing is hidden at all, and an element that is hidden already is left to who hid it.
 */
export function hideUntilReady(
  client: Client, options?: { timeout?: number; element?: { style: CSSStyleDeclaration } | null },
): Promise<ReadyState>;

/** A random user id that stays in this browser; with null one that stays as long as the page. */
export function anonymousId(storage?: StorageLike | null): string;
