import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import s from './VirtualGrid.module.css';
import {
  type Anchor,
  anchoredScroll,
  contentHeight,
  drawnRows,
  type Geometry,
  pickAnchor,
  type RowRange,
  rowTop,
  scale,
  scrollToShow,
  visibleRows,
} from './windowing';

export type GridHandle = {
  /** Bring a row into view with the least movement. */
  show(index: number): void;
  toTop(): void;
  focus(): void;
  /** Whole rows in one view, for PageUp and PageDown. */
  pageRows(): number;
};

/** What a row must put on its `role="row"` element. */
export type RowProps = {
  id: string;
  'aria-rowindex': number;
  'data-active'?: true;
  style: CSSProperties;
};

type Props = {
  id: string;
  label: string;
  count: number;
  columns: number;
  /** Several rows can be chosen. */
  isMultiple?: boolean;
  rowHeight: number;
  /** The row with the keyboard's attention, or -1. */
  active: number;
  /** Another list begins: scroll to its top. */
  listKey: string;
  idAt: (index: number) => string | undefined;
  indexOf: (id: string) => number;
  renderRow: (index: number, props: RowProps) => ReactNode;
  onWindow: (range: RowRange) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** The keyboard came in: the grid wants an active row. */
  onKeyboardFocus: () => void;
  ref: Ref<GridHandle>;
};

/**
 * A grid of any length of which only the visible rows are in the DOM.
 *
 * One tab stop; the active row is told by `aria-activedescendant`. When rows move under the eye
 * (mail arrived above), the first visible row keeps its place on screen.
 */
export function VirtualGrid(props: Props) {
  const { count, rowHeight, idAt, indexOf, onWindow, listKey } = props;
  const element = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(null);
  const [viewport, setViewport] = useState(0);
  const [scrollTop, setScrollTop] = useState(0);
  const geometry: Geometry = { count, rowHeight, viewport };
  const drawn = drawnRows(geometry, scrollTop);

  useLayoutEffect(() => {
    const node = element.current;
    if (!node) return;
    setViewport(node.clientHeight);
    const observer = new ResizeObserver(() => setViewport(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list starts at its top
  useLayoutEffect(() => {
    anchor.current = null;
    if (element.current) element.current.scrollTop = 0;
    setScrollTop(0);
  }, [listKey]);

  // After every render: hold the anchor where it was, then choose it again.
  useLayoutEffect(() => {
    const node = element.current;
    if (!node || viewport === 0) return;
    const top = anchoredScroll(geometry, node.scrollTop, anchor.current, indexOf);
    if (Math.abs(top - node.scrollTop) >= 1) {
      node.scrollTop = top;
      setScrollTop(node.scrollTop);
    }
    anchor.current = pickAnchor(geometry, node.scrollTop, idAt);
  });

  const seen = visibleRows(geometry, scrollTop);
  useEffect(() => {
    if (viewport > 0) onWindow({ from: seen.from, to: seen.to });
  }, [seen.from, seen.to, viewport, onWindow]);

  useImperativeHandle(props.ref, () => ({
    show(index) {
      const node = element.current;
      if (node) node.scrollTop = scrollToShow({ count, rowHeight, viewport }, index, node.scrollTop);
    },
    toTop() {
      if (element.current) element.current.scrollTop = 0;
    },
    focus: () => element.current?.focus({ preventScroll: true }),
    pageRows: () => Math.max(1, Math.floor(viewport / rowHeight) - 1),
  }));

  const onScroll = (): void => {
    const top = element.current?.scrollTop ?? 0;
    anchor.current = pickAnchor(geometry, top, idAt);
    const next = drawnRows(geometry, top);
    const isSameWindow = next.from === drawn.from && next.to === drawn.to;
    if (!isSameWindow || scale(geometry) !== 1) setScrollTop(top);
  };

  const rows: ReactNode[] = [];
  for (let index = drawn.from; index < drawn.to; index++) {
    const top = rowTop(geometry, index, scrollTop);
    rows.push(
      props.renderRow(index, {
        id: `${props.id}-${index}`,
        'aria-rowindex': index + 1,
        ...(index === props.active ? { 'data-active': true as const } : {}),
        style: { transform: `translateY(${top}px)`, height: rowHeight },
      }),
    );
  }
  const isActiveDrawn = props.active >= drawn.from && props.active < drawn.to;
  return (
    <div
      ref={element}
      id={props.id}
      className={s.grid}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count}
      aria-colcount={props.columns}
      aria-multiselectable={props.isMultiple}
      aria-activedescendant={isActiveDrawn ? `${props.id}-${props.active}` : undefined}
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={props.onKeyDown}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) props.onKeyboardFocus();
      }}
    >
      <div role="rowgroup" className={s.content} style={{ height: contentHeight(geometry) }}>
        {rows}
      </div>
    </div>
  );
}
