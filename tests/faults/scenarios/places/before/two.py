# Databricks notebook source
print("two")
