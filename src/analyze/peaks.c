/* Peak dense bf16 rates a node. Chips and node sizes: aws-neuron-sdk,
 * about-neuron/arch/neuron-hardware (trn1-arch, inferentia2, trainium2, trainium3, trn3-arch). Node
 * peaks are chips × chip peak, which for trn1, trn2 and p5 is also what upstream divides by. A
 * GiB/s of the vendor is 1.073741824 GB/s here. */
#include "analyze/flops.h"

#include <string.h>

#define TRN1_CHIP_TFLOPS 190.0
#define TRN2_CHIP_TFLOPS 667.0
#define TRN3_CHIP_TFLOPS 671.0
#define TRN1_CHIP_GB_PER_S (820.0 * 1.073741824)
#define TRN2_CHIP_GB_PER_S 2900.0
#define TRN3_CHIP_GB_PER_S 4900.0

#define NODE(name, chip, count, source)                                                            \
    {                                                                                              \
        name, (count)*chip##_CHIP_TFLOPS, (count)*chip##_CHIP_GB_PER_S, count, source              \
    }

static const char trn1_node[] = "16 Trn1 chips × 190 TFLOP/s bf16 (aws-neuron-sdk, trn1-arch)";
static const char trn1_chip[] = "1 Trn1 chip × 190 TFLOP/s bf16 (aws-neuron-sdk, trn1-arch)";
static const char trn2_node[] = "16 Trn2 chips × 667 TFLOP/s bf16 (aws-neuron-sdk, trainium2)";
static const char trn2_chip[] = "1 Trn2 chip × 667 TFLOP/s bf16 (aws-neuron-sdk, trainium2)";
static const char trn2_ultra[] = "64 Trn2 chips × 667 TFLOP/s bf16 (aws-neuron-sdk, trainium2)";
static const char trn3_chip[] = "1 Trn3 chip × 671 TFLOP/s bf16 (aws-neuron-sdk, trainium3)";
static const char trn3_gen1[] = "64 Trn3 chips × 671 TFLOP/s bf16 (aws-neuron-sdk, trn3-arch)";
static const char trn3_gen2[] = "144 Trn3 chips × 671 TFLOP/s bf16 (aws-neuron-sdk, trn3-arch)";
static const char inf2_1[] = "1 Inferentia2 chip × 190 TFLOP/s bf16 (aws-neuron-sdk, inferentia2)";
static const char inf2_6[] = "6 Inferentia2 chips × 190 TFLOP/s bf16 (aws-neuron-sdk, inferentia2)";
static const char inf2_12[] =
    "12 Inferentia2 chips × 190 TFLOP/s bf16 (aws-neuron-sdk, inferentia2)";

static const struct nkb_peak peaks[] = {
    NODE("trn1", TRN1, 16, trn1_node),
    NODE("trn2", TRN2, 16, trn2_node),
    {"p5", 8000.0, 26800.0, 8, "8 H100 × 1000 TFLOP/s bf16, as upstream (the dense rate is 989)"},
    NODE("trn1.2xlarge", TRN1, 1, trn1_chip),
    NODE("trn1.32xlarge", TRN1, 16, trn1_node),
    NODE("trn1n.32xlarge", TRN1, 16, trn1_node),
    NODE("trn2.3xlarge", TRN2, 1, trn2_chip),
    NODE("trn2.48xlarge", TRN2, 16, trn2_node),
    NODE("trn2u.48xlarge", TRN2, 16, trn2_node),
    NODE("trn2-ultraserver", TRN2, 64, trn2_ultra),
    NODE("trn3-chip", TRN3, 1, trn3_chip),
    NODE("trn3-gen1", TRN3, 64, trn3_gen1),
    NODE("trn3-gen2", TRN3, 144, trn3_gen2),
    NODE("inf2.xlarge", TRN1, 1, inf2_1),
    NODE("inf2.8xlarge", TRN1, 1, inf2_1),
    NODE("inf2.24xlarge", TRN1, 6, inf2_6),
    NODE("inf2.48xlarge", TRN1, 12, inf2_12),
};

const struct nkb_peak *nkb_peak_find(const char *backend)
{
    for (size_t i = 0; backend && i < sizeof peaks / sizeof peaks[0]; i++)
        if (strcmp(peaks[i].backend, backend) == 0)
            return &peaks[i];
    return NULL;
}

const struct nkb_peak *nkb_peaks(size_t *count)
{
    *count = sizeof peaks / sizeof peaks[0];
    return peaks;
}
