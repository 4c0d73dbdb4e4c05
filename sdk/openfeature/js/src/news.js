const LONGEST_PAUSE = 1000;

/**
 * Tells OpenFeature how good the client's snapshot is, and when flags changed.
 *
 * what happens                                   | standing
 * no snapshot yet                                | none
 * a snapshot, from the server or from storage    | fresh
 * a request fails                                | fresh
 * none has gone well since, for the time allowed | stale
 * one goes well, with news or without            | fresh
 *
 * A client that has nothing to ask for never fails, so it is never stale. OpenFeature itself tells how {@code initialize}
 * went, so the first look is taken only some time after it.
 */
export class News {
  constructor(client, emit, staleAfter) {
    Object.assign(this, { client, emit, staleAfter });
    this.well = -1;
  }

  standing() {
    const { config, source } = this.client.stats();
    const well = config.applied + config.notModified + config.older;
    if (well !== this.well) Object.assign(this, { well, failed: config.failed, since: performance.now() });
    if (source === 'none') return 'none';
    const isLate = performance.now() - this.since > this.staleAfter;
    return isLate && config.failed > this.failed ? 'stale' : 'fresh';
  }

  /** Begins; says whether there is a snapshot. */
  begin() {
    this.end();
    this.told = this.standing();
    this.unlisten = this.client.onConfigChange(({ experiments }) => this.changed(experiments));
    this.timer = setInterval(() => this.look(), Math.min(LONGEST_PAUSE, this.staleAfter / 4));
    this.timer.unref?.();
    return this.told !== 'none';
  }

  end() {
    clearInterval(this.timer);
    this.unlisten?.();
  }

  /** Before the first snapshot nothing changes: the next look says that it is ready, and then all is new. */
  changed(experiments) {
    if (this.told === 'none' || this.isQuiet) return;
    this.look();
    this.emit('PROVIDER_CONFIGURATION_CHANGED', { flagsChanged: [...experiments] });
  }

  look() {
    const now = this.standing();
    if (now === this.told) return;
    this.told = now;
    const message = this.client.stats().lastError;
    if (now === 'fresh') this.emit('PROVIDER_READY', {});
    else if (now === 'stale') this.emit('PROVIDER_STALE', { message });
    else this.emit('PROVIDER_ERROR', { message, errorCode: 'PROVIDER_NOT_READY' });
  }
}
