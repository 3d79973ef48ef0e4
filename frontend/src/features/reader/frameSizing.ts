/** How high a message frame must be, and when to stop following its wishes. */

const CAP_PX = 30_000; // beyond this the frame scrolls inside
const MOST_GROWTHS = 8; // content as high as its frame plus something grows without end
const SCROLLBAR_PX = 16;

type Measured = { readonly content: number; readonly width: number; readonly overflowsSideways: boolean };

/** Keeps the height of one frame. Pure but for its own memory. */
export class FrameHeight {
  #height = 0;
  #growths = 0;
  #width = 0;

  /** A new message begins. */
  reset(): void {
    this.#height = 0;
    this.#growths = 0;
  }

  /** The height to set now, or null to leave it. */
  next({ content, width, overflowsSideways }: Measured): number | null {
    if (width !== this.#width) {
      this.#width = width;
      this.#growths = 0;
    }
    const wanted = Math.min(CAP_PX, Math.ceil(content) + (overflowsSideways ? SCROLLBAR_PX : 0));
    if (Math.abs(wanted - this.#height) < 2) return null;
    if (wanted > this.#height && this.#height > 0 && ++this.#growths > MOST_GROWTHS) return null;
    this.#height = wanted;
    return wanted;
  }
}

/** Measure the written message inside its frame. */
export function measure(frame: Document, root: HTMLElement): Measured {
  const width = frame.documentElement.clientWidth;
  return {
    content: Math.max(root.getBoundingClientRect().height, root.scrollHeight),
    width,
    overflowsSideways: frame.documentElement.scrollWidth > width,
  };
}
