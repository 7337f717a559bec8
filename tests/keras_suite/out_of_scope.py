"""Which of Keras's tests ask for what scratch leaves out, and why.

Each reason stands once, with the tests that it covers, as patterns on ``file::Class::test``. A test that no pattern
covers has to pass.
"""

import re

OUT_OF_SCOPE = {
    "losses that no script of the survey uses": (
        r"losses_test.py::(MeanAbsolutePercentage|MeanSquaredLogarithmic|Hinge|SquaredHinge|CategoricalHinge|Cosine)",
        r"losses_test.py::(Huber|LogCosh|KLDivergence|Poisson|BinaryFocal|CategoricalFocal|CTC|Dice|Tversky|Circle)",
        r"losses_test.py::CategoricalGeneralized",
        r"numerical_utils_test.py::.*build_pos_neg_masks",
    ),
    "metrics that are no mean over rows, or that no script of the survey uses": (
        r"accuracy_metrics_test.py::(Sparse)?TopK",
        r"early_stopping_test.py::EarlyStoppingTest::test_early_stopping$",
        r"model_checkpoint_test.py::.*test_model_checkpoint_options",
        r"monitor_callback_test.py::.*test_monitor_op_logic",
    ),
    "activations that no script of the survey uses": (
        r"activations_test.py::.*(log_softmax|test_relu6|celu|glu|hard_|log_sigmoid|mish|shrink|sparse|squareplus)",
        r"activations_test.py::.*test_(threshold|gelu)$",
    ),
    "a softmax over several axes at once": (r"activations_test.py::.*softmax.*(tuple|higher_dim|multiple)",),
    "quantized weights, and LoRA": (r"dense_test.py::.*(quantiz|lora|int4|int8|awq|gptq|float8)",),
    "float16 and other float types than 32 and 64 bits": (
        r"losses_test.py::.*Crossentropy.*test_dtype_arg",
        r"loss_test.py::.*(dtype_arg|default_dtype)",
        r"trainer_test.py::.*loss_scaling",
    ),
    "masks that travel with a tensor, and classes on another axis than the last": (
        r"loss_test.py::.*(mask|squeeze_or_expand|rank_adjustment)",
        r"losses_test.py::SparseCategoricalCrossentropyTest::.*(ignore_class|different_axis)",
    ),
    "sparse and ragged tensors": (r"(dense|flatten|trainer)_test.py::.*(sparse|ragged)",),
    "constraints on weights": (r"::.*constraint",),
    "insides of Keras: its variables, trackers, logger and functional twin": (
        r"trainer_test.py::.*(metric_tracking|nested_trainer_metrics|multiple_compiles|symbolic_build|retracing)",
        r"trainer_test.py::.*(jit_compile_with_tf_determinism|max_epochs_and_steps)",
        r"sequential_test.py::.*(basic_flow_deferred|basic_flow_with_input|legacy_flow|test_serialization$)",
        r"dense_test.py::.*(legacy_load_own_variables|dense_errors)",
        r"verbose_logging",
    ),
    "layers and models of one's own: subclasses with a call": (
        r"callback_test.py::CallbackTest::test_model_state_is_current",
        r"sequential_test.py::.*(bad_layer|shape_inference_failure|training_arg|dict_inputs|list_inputs)",
        r"trainer_test.py::.*(compute_loss|custom_|training_arg|nested_input|struct|callbacks_can_update_state)",
        r"trainer_test.py::.*(internal_only_loss|rng_updated)",
    ),
    "metrics of one's own that keep a state": (r"trainer_test.py::.*test_steps_per_epoch",),
    "several inputs or outputs, and models within models": (
        r"trainer_test.py::.*(loss_weights|partial_loss)",
        r"sequential_test.py::.*(submodel|as_first_layer|nested_sequential)",
    ),
    "several steps in one call of a compiled graph": (r"trainer_test.py::.*steps_per_execution",),
    "data that are no arrays: generators, datasets, loaders": (
        r"trainer_test.py::.*(data_adapter|generator|preserve_order|stop_loop)",
    ),
    "layers outside: convolution, embedding, recurrent, attention, lambda, normalisation": (
        r"sequential_test.py::.*lambda_layer",
        r"adam_test.py::.*indexed_slices",
        r"random_initializers_test.py::.*mha_query",
    ),
    "images whose channels come first, and rows of unknown length": (
        r"flatten_test.py::.*(flatten_dense|channels|with_dynamic_batch_size_and)",
    ),
    "initializers for other weights than W and b": (
        r"initializers_test.py::.*(stft|axes)",
        r"random_initializers_test.py::.*(random_normal$|seed_generator)",
    ),
    "Adam's amsgrad, and averaged weights": (r"adam_test.py::AdamTest::test_(config|correctness_with_golden|ema)",),
    "training that is taken up again after a crash": (r"terminate_on_nan_test.py::.*preserves_backup",),
}


def reason_of(name: str) -> str | None:
    """Return why a test is out of scope; None for one that has to pass."""
    for reason, patterns in OUT_OF_SCOPE.items():
        if any(re.search(pattern, name) for pattern in patterns):
            return reason
    return None
