import type { ReactElement, ReactNode } from 'react';
import type { Client } from './index.js';

export interface AssayProviderProps {
  client: Client;
  /** How long the children wait for a first snapshot, in milliseconds; 1,000. */
  timeout?: number;
  /** What is shown meanwhile; nothing unless given. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/** Gives a client to the components below. */
export function AssayProvider(props: AssayProviderProps): ReactElement;

/** The client of the nearest provider. */
export function useAssay(): Client;

/** The user's variant, `control` on any trouble. Records the exposure when the component is mounted. */
export function useVariant(experiment: string): string;
