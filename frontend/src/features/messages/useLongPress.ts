/** A long press of a finger, which is not also a click. */
import { type PointerEvent, type SyntheticEvent, useEffect, useRef } from 'react';

const LONG_MS = 450;
const SLIP_PX = 10; // a finger that moves more than this scrolls

export function useLongPress(onLong: () => void) {
  const press = useRef({ timer: 0, x: 0, y: 0, wasLong: false });
  const end = (): void => window.clearTimeout(press.current.timer);
  useEffect(() => () => window.clearTimeout(press.current.timer), []);
  return {
    onPointerDown(event: PointerEvent): void {
      press.current.wasLong = false;
      if (event.pointerType !== 'touch') return;
      press.current.x = event.clientX;
      press.current.y = event.clientY;
      press.current.timer = window.setTimeout(() => {
        press.current.wasLong = true;
        onLong();
      }, LONG_MS);
    },
    onPointerMove(event: PointerEvent): void {
      const { x, y } = press.current;
      if (Math.hypot(event.clientX - x, event.clientY - y) > SLIP_PX) end();
    },
    onPointerUp: end,
    onPointerCancel: end,
    onContextMenu(event: SyntheticEvent<Element, Event>): void {
      if (press.current.wasLong) event.preventDefault();
    },
    /** Whether the click that follows belongs to a long press. */
    wasLong: (): boolean => press.current.wasLong,
  };
}
