;; Dot products of three queries at a time with a panel of six gallery rows, added up in float64 in the
;; order of the dimensions and rounded to float32 once: nine sums of two lanes stay in registers.
;;
;; Queries lie in triples and the panel in sixes, dimension by dimension: f64 [triple][dimension][3]
;; and f64 [dimension][6]. Each triple writes three rows of six f32, `stride` bytes apart.
(module
  (memory (export "memory") 1)
  (func (export "scorePanel")
    (param $query i32) (param $queriesEnd i32) (param $panel i32) (param $panelEnd i32)
    (param $out i32) (param $stride i32)
    (local $row i32) (local $value v128) (local $rows0 v128) (local $rows1 v128) (local $rows2 v128)
    (local $sum00 v128) (local $sum01 v128) (local $sum02 v128)
    (local $sum10 v128) (local $sum11 v128) (local $sum12 v128)
    (local $sum20 v128) (local $sum21 v128) (local $sum22 v128)
    (loop $nextTriple
      (local.set $sum00 (v128.const i64x2 0 0))
      (local.set $sum01 (v128.const i64x2 0 0))
      (local.set $sum02 (v128.const i64x2 0 0))
      (local.set $sum10 (v128.const i64x2 0 0))
      (local.set $sum11 (v128.const i64x2 0 0))
      (local.set $sum12 (v128.const i64x2 0 0))
      (local.set $sum20 (v128.const i64x2 0 0))
      (local.set $sum21 (v128.const i64x2 0 0))
      (local.set $sum22 (v128.const i64x2 0 0))
      (local.set $row (local.get $panel))
      (loop $nextDimension
        (local.set $rows0 (v128.load (local.get $row)))
        (local.set $rows1 (v128.load offset=16 (local.get $row)))
        (local.set $rows2 (v128.load offset=32 (local.get $row)))
        (local.set $value (v128.load64_splat (local.get $query)))
        (local.set $sum00
          (f64x2.add (local.get $sum00) (f64x2.mul (local.get $value) (local.get $rows0))))
        (local.set $sum01
          (f64x2.add (local.get $sum01) (f64x2.mul (local.get $value) (local.get $rows1))))
        (local.set $sum02
          (f64x2.add (local.get $sum02) (f64x2.mul (local.get $value) (local.get $rows2))))
        (local.set $value (v128.load64_splat offset=8 (local.get $query)))
        (local.set $sum10
          (f64x2.add (local.get $sum10) (f64x2.mul (local.get $value) (local.get $rows0))))
        (local.set $sum11
          (f64x2.add (local.get $sum11) (f64x2.mul (local.get $value) (local.get $rows1))))
        (local.set $sum12
          (f64x2.add (local.get $sum12) (f64x2.mul (local.get $value) (local.get $rows2))))
        (local.set $value (v128.load64_splat offset=16 (local.get $query)))
        (local.set $sum20
          (f64x2.add (local.get $sum20) (f64x2.mul (local.get $value) (local.get $rows0))))
        (local.set $sum21
          (f64x2.add (local.get $sum21) (f64x2.mul (local.get $value) (local.get $rows1))))
        (local.set $sum22
          (f64x2.add (local.get $sum22) (f64x2.mul (local.get $value) (local.get $rows2))))
        (local.set $query (i32.add (local.get $query) (i32.const 24)))
        (local.set $row (i32.add (local.get $row) (i32.const 48)))
        (br_if $nextDimension (i32.lt_u (local.get $row) (local.get $panelEnd))))
      (v128.store64_lane 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum00)))
      (v128.store64_lane offset=8 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum01)))
      (v128.store64_lane offset=16 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum02)))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (v128.store64_lane 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum10)))
      (v128.store64_lane offset=8 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum11)))
      (v128.store64_lane offset=16 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum12)))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (v128.store64_lane 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum20)))
      (v128.store64_lane offset=8 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum21)))
      (v128.store64_lane offset=16 0 (local.get $out)
        (f32x4.demote_f64x2_zero (local.get $sum22)))
      (local.set $out (i32.add (local.get $out) (local.get $stride)))
      (br_if $nextTriple (i32.lt_u (local.get $query) (local.get $queriesEnd))))))
