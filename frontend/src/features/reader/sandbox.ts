/**
 * Never scripts, forms, modals or top navigation. Same origin so that this page can write, measure
 * and listen; that is safe only because nothing in the frame can run.
 */
export const FRAME_SANDBOX = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';
