namespace Calico.Model.Validation;

/// <summary>The fields of Calico's FelixConfiguration that nothing here acts on.</summary>
internal static class FelixFields
{
    public static readonly string[] Unsupported =
    [
        "allowIPIPPacketsFromWorkloads", "allowVXLANPacketsFromWorkloads", "awsSrcDstCheck", "bPFL3IfacePattern", "bpfAttachType",
        "bpfConnectTimeLoadBalancing", "bpfConnectTimeLoadBalancingEnabled", "bpfConntrackCleanupMode", "bpfConntrackLogLevel",
        "bpfConntrackTimeouts", "bpfDisableGROForIfaces", "bpfDisableUnprivileged", "bpfEnabled", "bpfEnforceRPF", "bpfExcludeCIDRsFromNAT",
        "bpfExportBufferSizeMB", "bpfExtToServiceConnmark", "bpfExternalServiceMode", "bpfForceTrackPacketsFromIfaces", "bpfHostConntrackBypass",
        "bpfHostNetworkedNATWithoutCTLB", "bpfKubeProxyHealthzPort", "bpfKubeProxyIptablesCleanupEnabled", "bpfKubeProxyMinSyncPeriod",
        "bpfLogFilters", "bpfLogLevel", "bpfMaglevMaxEndpointsPerService", "bpfMaglevMaxServices", "bpfMapSizeConntrack",
        "bpfMapSizeConntrackCleanupQueue", "bpfMapSizeConntrackScaling", "bpfMapSizeIPSets", "bpfMapSizeIfState", "bpfMapSizeNATAffinity",
        "bpfMapSizeNATBackend", "bpfMapSizeNATFrontend", "bpfMapSizePerCPUConntrack", "bpfMapSizeRoute", "bpfOverlayHostSourceIP",
        "bpfPolicyDebugEnabled", "bpfProfiling", "bpfRedirectToPeer", "bpfctlbLogFilter", "bpfdsrOptoutCIDRs", "bpfipFragTimeout",
        "bpfipFragmentReassemblyEnabled", "bpfjitHardening", "bpfpsnatPorts", "cgroupV2Path", "chainInsertMode", "dataplaneDriver",
        "dataplaneWatchdogTimeout", "deviceRouteProtocol", "deviceRouteSourceAddress", "deviceRouteSourceAddressIPv6", "disableConntrackInvalidCheck",
        "endpointReportingDelay", "endpointReportingEnabled", "endpointStatusPathPrefix", "externalNodesList", "featureDetectOverride",
        "featureGates", "floatingIPs", "flowLogsCollectorDebugTrace", "flowLogsFlushInterval", "flowLogsGoldmaneServer", "flowLogsLocalReporter",
        "flowLogsPolicyEvaluationMode", "genericXDPEnabled", "goGCThreshold", "goMaxProcs", "goMemoryLimitMB", "healthEnabled", "healthHost",
        "healthPort", "healthTimeoutOverrides", "interfaceExclude", "interfacePrefix", "interfaceRefreshInterval", "ipForwarding", "ipipEnabled",
        "ipipMTU", "ipsetsRefreshInterval", "iptablesBackend", "iptablesFilterAllowAction", "iptablesLockProbeInterval", "iptablesMangleAllowAction",
        "iptablesMarkMask", "iptablesNATOutgoingInterfaceFilter", "iptablesPostWriteCheckInterval", "iptablesRefreshInterval",
        "ipv4ElevatedRoutePriority", "ipv4NormalRoutePriority", "ipv6ElevatedRoutePriority", "ipv6NormalRoutePriority", "ipv6Support",
        "istioAmbientMode", "istioDSCPMark", "kubeNodePortRanges", "liveMigrationRouteConvergenceTime", "localSubnetL2Reachability",
        "localSubnetL2ReachabilityRefreshInterval", "logActionRateLimit", "logActionRateLimitBurst", "logDebugFilenameRegex", "logFilePath",
        "logSeverityFile", "logSeveritySys", "maxIpsetSize", "metadataAddr", "metadataPort", "natOutgoingAddress", "natOutgoingExclusions",
        "natPortRange", "netlinkTimeout", "nfTablesFlowTableDataIfacePattern", "nfTablesFlowTableOffload", "nfTablesMode",
        "nftablesFilterAllowAction", "nftablesMangleAllowAction", "nftablesMarkMask", "nftablesRefreshInterval", "openstackRegion",
        "policySyncPathPrefix", "programClusterRoutes", "prometheusGoMetricsEnabled", "prometheusMetricsCAFile", "prometheusMetricsCertFile",
        "prometheusMetricsClientAuth", "prometheusMetricsEnabled", "prometheusMetricsHost", "prometheusMetricsKeyFile", "prometheusMetricsPort",
        "prometheusProcessMetricsEnabled", "prometheusWireGuardMetricsEnabled", "removeExternalRoutes", "reportingInterval", "reportingTTL",
        "requireMTUFile", "routeRefreshInterval", "routeSource", "routeSyncDisabled", "routeTableRange", "routeTableRanges", "serviceLoopPrevention",
        "sidecarAccelerationEnabled", "typhaCAFile", "typhaCN", "typhaCertFile", "typhaK8sNamespace", "typhaKeyFile", "typhaReadTimeout",
        "typhaURISAN", "typhaWriteTimeout", "usageReportingEnabled", "usageReportingInitialDelay", "usageReportingInterval",
        "useInternalDataplaneDriver", "vXLANMTUV6", "vxlanEnabled", "vxlanPort", "vxlanmtu", "vxlanvni", "windowsManageFirewallRules",
        "wireguardEnabled", "wireguardEnabledV6", "wireguardHostEncryptionEnabled", "wireguardInterfaceName", "wireguardInterfaceNameV6",
        "wireguardKeepAlive", "wireguardListeningPort", "wireguardListeningPortV6", "wireguardMTU", "wireguardMTUV6", "wireguardRoutingRulePriority",
        "wireguardThreadingEnabled", "workloadSourceSpoofing", "xdpEnabled", "xdpRefreshInterval"
    ];
}
