// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

/**
 * Makes a container a gateway server: decides who may attach, and gives clients their configuration.
 *
 * <p>Start with {@link org.sallyport.role.server.internal.ServerRole}, the component that takes the configuration, and
 * {@link org.sallyport.role.server.internal.GatewayServer}, which it keeps running. Around that:
 *
 * <ul>
 *   <li>What comes and goes: {@code RegistryFeed}, {@code AuthorityFeed}, {@code ProtocolNames}. Each keeps the last that it
 *       saw, so that tunnels and connections outlive a store that is away.
 *   <li>What is, now: {@code Gateways}, {@code GatewayState}, {@code AttachedClient}. All on one thread,
 *       {@code RoleThread}.
 *   <li>From a tunnel to a client: {@code TunnelPort} accepts, {@code ControlSession} carries messages,
 *       {@code Attaching} decides, {@code Attachments} keeps and ends, {@code ClientMessages} hears, {@code ConfigPush}
 *       tells, {@code HeldTunnel} keeps streams back until the client is ready.
 *   <li>Decisions, pure and without threads: {@code Admission}, {@code PortReservation}, {@code DestinationStates},
 *       {@code AclEdits}, {@code TokenTerms}, {@code TunnelAddresses}, {@code PlaneTerms},
 *       {@code ServerAccess}, {@code WireForm}.
 *   <li>What operators call: {@code …Operations}, {@code TunnelOverview}, and what {@code health} shows: {@code …Health}.
 * </ul>
 *
 * <p>A change goes this way: a service asks on the role's thread, the registry makes it durable, the snapshot is taken up
 * ({@code Gateways.refresh}), the planes and the clients of the gateways that changed get it, and the service answers when
 * all have applied it, after 5 s at the latest. docs/decisions/0020 says what was chosen on the way.
 */
@NullMarked
package org.sallyport.role.server.internal;

import org.jspecify.annotations.NullMarked;
