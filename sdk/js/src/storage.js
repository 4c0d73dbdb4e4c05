/** JSON under names in a localStorage or sessionStorage, which may be away, full or spoilt: nothing here throws. */
class Shelf {
  constructor(area, prefix, onError) {
    this.area = area;
    this.prefix = prefix;
    this.onError = onError;
  }

  /** What was written, or undefined. */
  read(name) {
    return this.attempt(() => JSON.parse(this.area.getItem(this.prefix + name)) ?? undefined);
  }

  write(name, value) {
    return this.attempt(() => (this.area.setItem(this.prefix + name, JSON.stringify(value)), true));
  }

  remove(name) {
    this.attempt(() => this.area.removeItem(this.prefix + name));
  }

  /** The names that begin so. */
  names(start) {
    const found = [];
    this.attempt(() => {
      for (let i = 0; i < this.area.length; i++) {
        const name = this.area.key(i);
        if (name.startsWith(this.prefix + start)) found.push(name.slice(this.prefix.length));
      }
    });
    return found;
  }

  attempt(action) {
    try {
      return this.area ? action() : undefined;
    } catch (e) {
      this.onError(e);
    }
  }
}

/** A shelf in the area that the function gives: a browser may refuse already to name it. */
export function open(area, prefix, onError = () => {}) {
  try {
    return new Shelf(area(), prefix, onError);
  } catch (e) {
    onError(e);
    return new Shelf(null, prefix, onError);
  }
}
