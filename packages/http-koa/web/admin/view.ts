/** One page of the console. */
export interface View {
  readonly node: HTMLElement;
  /** What the page is about. It takes the focus when one comes here, and names the tab. */
  readonly heading: HTMLElement;
  /** Ends all that goes on behind it. */
  close(): void;
}

export const nothingToEnd = (): void => undefined;
