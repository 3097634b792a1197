/** What the API tells, as docs/contract.md has it. Times are ISO 8601 in UTC, prices decimal numbers. */

export type SaleStatus = "upcoming" | "active" | "sold_out" | "ended";
export type OrderStatus = "completed" | "cancelled";

interface Terms {
  readonly description: string | null;
  readonly status: SaleStatus;
  readonly availableQuantity: number;
  readonly totalQuantity: number;
  readonly soldQuantity: number;
  /** Of one unit. */
  readonly price: number;
  readonly currency: string;
  /** Units one buyer may own. */
  readonly perUserLimit: number;
  readonly saleStartAt: string;
  readonly saleEndAt: string;
}

export interface SaleView extends Terms {
  readonly productId: string;
  readonly productName: string;
}

export interface AdminProduct extends Terms {
  readonly id: string;
  readonly name: string;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly drift: number;
}

export interface Purchase {
  readonly orderId: string;
  readonly number: number;
  readonly productId: string;
  readonly userId: string;
  readonly quantity: number;
  readonly price: number;
  readonly total: number;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly purchasedAt: string;
}

export interface UserOrder {
  readonly id: string;
  readonly status: OrderStatus;
  readonly quantity: number;
  readonly price: number;
  readonly createdAt: string;
}

export interface UserStatus {
  readonly hasPurchased: boolean;
  readonly order: UserOrder | null;
  /** The newest first. */
  readonly orders: readonly UserOrder[];
  /** So many more this buyer may own. */
  readonly unitsLeft: number;
}
