/** The mark of VexMail: an envelope's flap that makes a V, with a postmark dot. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <rect x="1" y="4" width="22" height="16" rx="3" fill="var(--accent)" />
      <path
        d="M4.5 8.5 12 15.5l7.5-7"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle
        cx="20"
        cy="5"
        r="4"
        fill="var(--unread)"
        stroke="var(--mark-ground, var(--paper))"
        strokeWidth="2"
      />
    </svg>
  );
}
