import type { Client } from '@assay/sdk';
import type {
  EvaluationContext, Hook, JsonValue, OpenFeatureEventEmitter, Provider, ResolutionDetails, TrackingEventDetails,
} from '@openfeature/server-sdk';

export interface ProviderOptions {
  /** How many milliseconds `initialize` may wait for a snapshot; 2,000. */
  readyTimeout?: number;
  /** After how many milliseconds without the server the provider is stale; 60,000. */
  staleAfter?: number;
}

/**
 * Experiments as flags, evaluated in the process. A value that is handed out is an exposure, recorded once per user and
 * experiment. No evaluation throws or waits for the network. The client is not closed with the provider.
 */
export declare class AssayServerProvider implements Provider {
  constructor(client: Client, options?: ProviderOptions);
  readonly metadata: { readonly name: string };
  readonly runsOn: 'server';
  readonly events: OpenFeatureEventEmitter;
  initialize(context?: EvaluationContext): Promise<void>;
  resolveBooleanEvaluation(key: string, fallback: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>>;
  resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext): Promise<ResolutionDetails<string>>;
  resolveNumberEvaluation(key: string, fallback: number, context: EvaluationContext): Promise<ResolutionDetails<number>>;
  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext): Promise<ResolutionDetails<T>>;
  track(name: string, context: EvaluationContext, details?: TrackingEventDetails): void;
  onClose(): Promise<void>;
}

/** Records the exposures of who evaluates with a stock OFREP client. */
export declare function exposureHook(client: Pick<Client, 'logExposure'>): Hook;
