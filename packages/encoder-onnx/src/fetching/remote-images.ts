import { z } from "zod";

/** From where images may be fetched, and how long one may take. */
export interface RemoteImagesConfig {
  /**
   * Hosts that may be asked: `images.example.com`, or `*.example.com` for all below it.
   *
   * @defaultValue every host with a public address
   */
  readonly hosts?: readonly string[] | undefined;
  /** Milliseconds for one image, redirects and all. @defaultValue 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Redirects that are followed for one image. @defaultValue 5 */
  readonly maxRedirects?: number | undefined;
  /**
   * Whether addresses within a machine, a network or a cloud may be asked. Only where nobody else
   * chooses the images: such addresses answer what is not meant for the outside.
   *
   * @defaultValue false
   */
  readonly allowPrivateAddresses?: boolean | undefined;
  /** Whether `http:` is fetched as well as `https:`. @defaultValue false */
  readonly allowHttp?: boolean | undefined;
}

/** {@link RemoteImagesConfig} with its defaults filled in. */
export interface RemoteImagesSettings {
  readonly hosts?: readonly string[] | undefined;
  readonly timeoutMs: number;
  readonly maxRedirects: number;
  readonly allowPrivateAddresses: boolean;
  readonly allowHttp: boolean;
}

const host = z
  .string()
  .regex(/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, "a host name, without https: or a port")
  .transform((name) => name.toLowerCase());

const settings = z.strictObject({
  hosts: z.array(host).min(1).optional().describe("Hosts that may be asked; *.x is all below x."),
  timeoutMs: z.int().positive().max(3_600_000).default(30_000).describe("For one image."),
  maxRedirects: z.int().nonnegative().max(20).default(5).describe("Followed for one image."),
  allowPrivateAddresses: z.boolean().default(false).describe("Private and local addresses too."),
  allowHttp: z.boolean().default(false).describe("http: as well as https:."),
});

/** Schema of the option `remote`: `false` fetches nothing. */
export const remoteImagesConfig: z.ZodType<
  RemoteImagesSettings | false,
  RemoteImagesConfig | false | undefined
> = z.union([z.literal(false), settings]).default(false);
