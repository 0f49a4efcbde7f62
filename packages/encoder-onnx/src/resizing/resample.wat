;; The two passes of Pillow's resize, for interleaved 8-bit RGB: fixed-point weights of 22 bits, a
;; rounding half, and a shift back that saturates to 0…255, in lanes of 32 bits as Pillow has them.
;;
;; A span is three i32: the first input position, and where its weights begin and end, in bytes from
;; $weights. Pixels are written in ascending order, and what a pass writes beyond its end (up to 15
;; bytes, or 3 rows) is overwritten or unused; it reads as far beyond its input.
(module
  (memory (export "memory") 1)

  ;; Along the rows, four rows at a time, so that a weight is read once for twelve products.
  (func (export "rows")
    (param $from i32) (param $stride i32) (param $rows i32)
    (param $weights i32) (param $spans i32) (param $columns i32) (param $to i32)
    (local $toStride i32) (local $span i32) (local $spansEnd i32) (local $weight i32) (local $end i32)
    (local $pixel0 i32) (local $pixel1 i32) (local $pixel2 i32) (local $pixel3 i32)
    (local $factor v128) (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $toStride (i32.mul (local.get $columns) (i32.const 3)))
    (local.set $spansEnd
      (i32.add (local.get $spans) (i32.mul (local.get $columns) (i32.const 12))))
    (loop $nextRows
      (local.set $span (local.get $spans))
      (loop $nextColumn
        (local.set $pixel0
          (i32.add (local.get $from) (i32.mul (i32.load (local.get $span)) (i32.const 3))))
        (local.set $pixel1 (i32.add (local.get $pixel0) (local.get $stride)))
        (local.set $pixel2 (i32.add (local.get $pixel1) (local.get $stride)))
        (local.set $pixel3 (i32.add (local.get $pixel2) (local.get $stride)))
        (local.set $weight (i32.add (local.get $weights) (i32.load offset=4 (local.get $span))))
        (local.set $end (i32.add (local.get $weights) (i32.load offset=8 (local.get $span))))
        (local.set $sum0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $sum1 (local.get $sum0))
        (local.set $sum2 (local.get $sum0))
        (local.set $sum3 (local.get $sum0))
        (loop $nextTap
          (local.set $factor (v128.load32_splat (local.get $weight)))
          (local.set $sum0 (i32x4.add (local.get $sum0) (i32x4.mul (local.get $factor)
            (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
              (v128.load32_zero (local.get $pixel0)))))))
          (local.set $sum1 (i32x4.add (local.get $sum1) (i32x4.mul (local.get $factor)
            (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
              (v128.load32_zero (local.get $pixel1)))))))
          (local.set $sum2 (i32x4.add (local.get $sum2) (i32x4.mul (local.get $factor)
            (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
              (v128.load32_zero (local.get $pixel2)))))))
          (local.set $sum3 (i32x4.add (local.get $sum3) (i32x4.mul (local.get $factor)
            (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u
              (v128.load32_zero (local.get $pixel3)))))))
          (local.set $pixel0 (i32.add (local.get $pixel0) (i32.const 3)))
          (local.set $pixel1 (i32.add (local.get $pixel1) (i32.const 3)))
          (local.set $pixel2 (i32.add (local.get $pixel2) (i32.const 3)))
          (local.set $pixel3 (i32.add (local.get $pixel3) (i32.const 3)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (i32.lt_u (local.get $weight) (local.get $end))))
        (local.set $sum0 (call $toBytes
          (local.get $sum0) (local.get $sum1) (local.get $sum2) (local.get $sum3)))
        ;; Red and green, then blue: a fourth byte would fall on a row that is done.
        (local.set $pixel0 (local.get $to))
        (v128.store16_lane 0 (local.get $pixel0) (local.get $sum0))
        (v128.store8_lane offset=2 2 (local.get $pixel0) (local.get $sum0))
        (local.set $pixel0 (i32.add (local.get $pixel0) (local.get $toStride)))
        (v128.store16_lane 2 (local.get $pixel0) (local.get $sum0))
        (v128.store8_lane offset=2 6 (local.get $pixel0) (local.get $sum0))
        (local.set $pixel0 (i32.add (local.get $pixel0) (local.get $toStride)))
        (v128.store16_lane 4 (local.get $pixel0) (local.get $sum0))
        (v128.store8_lane offset=2 10 (local.get $pixel0) (local.get $sum0))
        (local.set $pixel0 (i32.add (local.get $pixel0) (local.get $toStride)))
        (v128.store16_lane 6 (local.get $pixel0) (local.get $sum0))
        (v128.store8_lane offset=2 14 (local.get $pixel0) (local.get $sum0))
        (local.set $to (i32.add (local.get $to) (i32.const 3)))
        (local.set $span (i32.add (local.get $span) (i32.const 12)))
        (br_if $nextColumn (i32.lt_u (local.get $span) (local.get $spansEnd))))
      (local.set $to (i32.add (local.get $to) (i32.mul (local.get $toStride) (i32.const 3))))
      (local.set $from (i32.add (local.get $from) (i32.shl (local.get $stride) (i32.const 2))))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 4)))
      (br_if $nextRows (i32.gt_s (local.get $rows) (i32.const 0)))))

  ;; Along the columns, sixteen bytes of a row at a time.
  (func (export "columns")
    (param $from i32) (param $stride i32) (param $rows i32)
    (param $weights i32) (param $spans i32) (param $to i32)
    (local $first i32) (local $firstWeight i32) (local $weight i32) (local $end i32)
    (local $byte i32) (local $source i32)
    (local $factor v128) (local $bytes v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (loop $nextRow
      (local.set $first
        (i32.add (local.get $from) (i32.mul (i32.load (local.get $spans)) (local.get $stride))))
      (local.set $firstWeight (i32.add (local.get $weights) (i32.load offset=4 (local.get $spans))))
      (local.set $end (i32.add (local.get $weights) (i32.load offset=8 (local.get $spans))))
      (local.set $byte (i32.const 0))
      (loop $nextBytes
        (local.set $source (i32.add (local.get $first) (local.get $byte)))
        (local.set $weight (local.get $firstWeight))
        (local.set $sum0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $sum1 (local.get $sum0))
        (local.set $sum2 (local.get $sum0))
        (local.set $sum3 (local.get $sum0))
        (loop $nextTap
          (local.set $factor (v128.load32_splat (local.get $weight)))
          (local.set $bytes (v128.load8x8_u (local.get $source)))
          (local.set $sum0 (i32x4.add (local.get $sum0)
            (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $bytes)))))
          (local.set $sum1 (i32x4.add (local.get $sum1)
            (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $bytes)))))
          (local.set $bytes (v128.load8x8_u offset=8 (local.get $source)))
          (local.set $sum2 (i32x4.add (local.get $sum2)
            (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $bytes)))))
          (local.set $sum3 (i32x4.add (local.get $sum3)
            (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $bytes)))))
          (local.set $source (i32.add (local.get $source) (local.get $stride)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (i32.lt_u (local.get $weight) (local.get $end))))
        (v128.store (i32.add (local.get $to) (local.get $byte)) (call $toBytes
          (local.get $sum0) (local.get $sum1) (local.get $sum2) (local.get $sum3)))
        (local.set $byte (i32.add (local.get $byte) (i32.const 16)))
        (br_if $nextBytes (i32.lt_u (local.get $byte) (local.get $stride))))
      (local.set $to (i32.add (local.get $to) (local.get $stride)))
      (local.set $spans (i32.add (local.get $spans) (i32.const 12)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $nextRow (local.get $rows))))

  (func $toBytes (param v128 v128 v128 v128) (result v128)
    (i8x16.narrow_i16x8_u
      (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get 0) (i32.const 22)) (i32x4.shr_s (local.get 1) (i32.const 22)))
      (i16x8.narrow_i32x4_s
        (i32x4.shr_s (local.get 2) (i32.const 22)) (i32x4.shr_s (local.get 3) (i32.const 22))))))
