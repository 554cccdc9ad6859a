/**
 * Every header that RVTools 4.7 writes on the sheets that are read. A header that is not here is somebody's custom attribute or tag, or belongs to
 * a version that is not known.
 */
export const usualHeaders: Readonly<Record<string, readonly string[]>> = {
  vInfo: list(`
    VM | Powerstate | Template | SRM Placeholder | Config status | DNS Name | Connection state | Guest state | Heartbeat | Consolidation Needed |
    PowerOn | Suspended To Memory | Suspend time | Suspend Interval | Creation date | Change Version | CPUs | Overall Cpu Readiness | Memory |
    Active Memory | NICs | Disks | Total disk capacity MiB | Fixed Passthru HotPlug | min Required EVC Mode Key | Latency Sensitivity |
    Op Notification Timeout | EnableUUID | CBT | Primary IP Address | Network #1 | Network #2 | Network #3 | Network #4 | Network #5 |
    Network #6 | Network #7 | Network #8 | Num Monitors | Video Ram KiB | Resource pool | Folder ID | Folder | vApp | DAS protection | FT State |
    FT Role | FT Latency | FT Bandwidth | FT Sec. Latency | Vm Failover In Progress | Provisioned MiB | In Use MiB | Unshared MiB |
    HA Restart Priority | HA Isolation Response | HA VM Monitoring | Cluster rule(s) | Cluster rule name(s) | Boot Required | Boot delay |
    Boot retry delay | Boot retry enabled | Boot BIOS setup | Reboot PowerOff | EFI Secure boot | Firmware | HW version | HW upgrade status |
    HW upgrade policy | HW target | Path | Log directory | Snapshot directory | Suspend directory | Annotation | Datacenter | Cluster | Host |
    OS according to the configuration file | OS according to the VMware Tools | Customization Info | Guest Detailed Data | VM ID | SMBIOS UUID |
    VM UUID | VI SDK Server type | VI SDK API Version | VI SDK Server | VI SDK UUID`),
  vDisk: list(`
    VM | Powerstate | Template | SRM Placeholder | Disk | Disk Key | Disk UUID | Disk Path | Capacity MiB | Raw | Disk Mode | Sharing mode |
    Thin | Eagerly Scrub | Split | Write Through | Level | Shares | Reservation | Limit | Controller | Label | SCSI Unit # | Unit # | Shared Bus |
    Path | Raw LUN ID | Raw Comp. Mode | Internal Sort Column | Annotation | Datacenter | Cluster | Host | Folder |
    OS according to the configuration file | OS according to the VMware Tools | VM ID | VM UUID | VI SDK Server | VI SDK UUID`),
  vPartition: list(`
    VM | Powerstate | Template | SRM Placeholder | Disk Key | Disk | Capacity MiB | Consumed MiB | Free MiB | Free % | Internal Sort Column |
    Annotation | Datacenter | Cluster | Host | Folder | OS according to the configuration file | OS according to the VMware Tools | VM ID |
    VM UUID | VI SDK Server | VI SDK UUID`),
  vSnapshot: list(`
    VM | Powerstate | Name | Description | Date / time | Filename | Size MiB (vmsn) | Size MiB (total) | Quiesced | State | Annotation |
    Datacenter | Cluster | Host | Folder | OS according to the configuration file | OS according to the VMware Tools | VM ID | VM UUID |
    VI SDK Server | VI SDK UUID`),
  vDatastore: list(`
    Name | Config status | Address | Accessible | Type | # VMs total | # VMs | Capacity MiB | Provisioned MiB | In Use MiB | Free MiB | Free % |
    SIOC enabled | SIOC Threshold | # Hosts | Hosts | Cluster name | Cluster capacity MiB | Cluster free space MiB | Block size | Max Blocks |
    # Extents | Major Version | Version | VMFS Upgradeable | MHA | URL | Object ID | VI SDK Server | VI SDK UUID`),
  vHost: list(`
    Host | Datacenter | Cluster | Config status | Compliance Check State | in Maintenance Mode | in Quarantine Mode | vSAN Fault Domain Name |
    CPU Model | Speed | HT Available | HT Active | # CPU | Cores per CPU | # Cores | CPU usage % | # Memory | Memory Tiering Type |
    Memory usage % | Console | # NICs | # HBAs | # VMs total | # VMs | VMs per Core | # vCPUs | vCPUs per Core | vRAM | VM Used memory |
    VM Memory Swapped | VM Memory Ballooned | VMotion support | Storage VMotion support | Current EVC | Max EVC | Assigned License(s) |
    ATS Heartbeat | ATS Locking | Current CPU power man. policy | Supported CPU power man. | Host Power Policy | ESX Version | Boot time |
    DNS Servers | DHCP | Domain | Domain List | DNS Search Order | NTP Server(s) | NTPD running | Time Zone | Time Zone Name | GMT Offset |
    Vendor | Model | Serial number | Service tag | OEM specific string | BIOS Vendor | BIOS Version | BIOS Date | Certificate Issuer |
    Certificate Start Date | Certificate Expiry Date | Certificate Status | Certificate Subject | Object ID | AutoDeploy.MachineIdentity | UUID |
    VI SDK Server | VI SDK UUID`),
};

function list(text: string): string[] {
  return text.split('|').map((header) => header.trim());
}
