#!/usr/bin/env bash
# Runs the tests of a package of the CPU device on an emulated processor with
# AVX-512, for machines that lack it. The emulator Bochs boots the Linux kernel VMLINUZ,
# and the kernel starts the test binary as its init process. PACKAGE is a path relative to
# kernels/cpu: . (takes half an hour), mixed, internal/simd, internal/microkernel,
# internal/gemm or internal/conv.
#
#	run.sh VMLINUZ PACKAGE [-test.run=PATTERN]
#
# The script needs Debian's packages bochs, bochsbios, vgabios, isolinux,
# syslinux-common, xorriso and cpio. VMLINUZ comes from a package
# linux-image-*-cloud-amd64, which need not be installed (apt-get download, dpkg -x).
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,/^set/p' "$0" | grep '^#'; exit 2; }
kernel=$(realpath "$1") package=$2
shift 2
cd "$(dirname "$0")/.."

work=$(mktemp -d)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator" 2>/dev/null; rm -rf "$work"' EXIT
boot=$work/iso/boot/isolinux
mkdir -p "$boot" "$work/root"

CGO_ENABLED=0 go test -c -ldflags '-s -w' -o "$work/root/cpu.test" "./$package"
cp --parents internal/*/*_amd64.s "$work/root" # TestRegisters reads them
(cd "$work/root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/iso/initrd.gz"
cp "$kernel" "$work/iso/vmlinuz"
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$boot"
# Linux would turn off AVX, because Bochs 2.7 reports a wrong size for the compacted
# format of the saved processor state. The options noxsaves and clearcpuid make Linux
# use the standard format.
cat >"$boot/isolinux.cfg" <<END
DEFAULT test
LABEL test
 KERNEL /vmlinuz
 INITRD /initrd.gz
 APPEND noxsaves clearcpuid=xsavec,xsaves,pku nosmp noapic nolapic_timer mitigations=off tsc=reliable lpj=1000000 quiet console=ttyS0 rdinit=/cpu.test GOMAXPROCS=2 -- -test.v -test.short -test.timeout=0 $*
END
xorriso -as mkisofs -quiet -o "$work/cd.iso" -b boot/isolinux/isolinux.bin -c boot/isolinux/boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table "$work/iso"
cat >"$work/bochsrc" <<END
display_library: rfb, options="timeout=0"
memory: guest=1024, host=1024
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_skylake_x, count=1, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=1
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=$work/cd.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial.txt
clock: sync=none
log: $work/bochs.log
panic: action=fatal
END

touch "$work/serial.txt"
bochs -q -f "$work/bochsrc" <<<c >"$work/bochs.out" 2>&1 &
emulator=$!
shown=0
while kill -0 "$emulator" 2>/dev/null; do
	sleep 5
	lines=$(wc -l <"$work/serial.txt")
	tail -n +$((shown + 1)) "$work/serial.txt" | head -n $((lines - shown)) | tr -d '\r'
	shown=$lines
	# The kernel panics when the init process ends, and prints its exit code.
	if grep -q 'kill init! exitcode=0x00000000' "$work/serial.txt"; then echo "the tests passed"; exit 0; fi
	if grep -q 'Kernel panic' "$work/serial.txt"; then echo "the tests failed"; exit 1; fi
done
echo "the emulator ended early:" >&2
tail -n 20 "$work/bochs.out" >&2
exit 1
